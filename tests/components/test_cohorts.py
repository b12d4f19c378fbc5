from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dashapp import figures
from dashapp.components import classroom_compare
from dashapp.domain.filters import Filters
from dashapp.domain.views.cohort import CohortFigures, OnTime
from dashapp.figures import Line, Screen, Theme, two_cohorts
from tests.components import samples
from tests.components.test_components import text_of

OTHER = CohortFigures(
    12, active_7=6, active_7_before=6, at_risk=1, median_score=78.0, scored=12, median_minutes=111.0,
    on_time=OnTime(10, 9), weeks=(6,) * samples.WEEKS,
)  # fmt: skip
STARTS = tuple(date(2026, 3, 2) + timedelta(weeks=week) for week in range(3))


def rows(one: CohortFigures, other: CohortFigures, *, minutes: bool = True) -> list[list[str]]:
    table: Any = classroom_compare.table(one, other, ("The choice", "Everybody else"), minutes=minutes)
    _head, body = table.children
    return [[text_of(cell).replace("\u00a0", " ") for cell in row.children] for row in body.children]


def test_the_difference_of_two_cohorts_is_said_in_words() -> None:
    assert rows(samples.FIGURES, OTHER) == [
        ["Learners", "8", "12", "4 fewer than everybody else"],
        ["Active in the last 7 days", "75 %", "50 %", "25 points higher than everybody else"],
        ["Median time, last full week", "1 h 11 min", "1 h 51 min", "40 min lower than everybody else"],
        ["Median score", "68 %", "78 %", "10 points lower than everybody else"],
        ["Handed in on time", "75 %", "90 %", "15 points lower than everybody else"],
        ["Need help", "25 %", "8 %", "17 points higher than everybody else"],
    ]


def test_what_one_of_two_cohorts_has_not_is_compared_with_nothing() -> None:
    said = rows(CohortFigures(1, active_7=1), CohortFigures(), minutes=False)
    assert said == [
        ["Learners", "1", "0", "1 more than everybody else"],
        ["Active in the last 7 days", "100 %", "–", "Too few to compare"],
        ["Median score", "–", "–", "Too few to compare"],
        ["Handed in on time", "–", "–", "Too few to compare"],
        ["Need help", "–", "–", "Too few to compare"],
    ]


def test_two_cohorts_are_drawn_as_shares_and_told_apart_without_colour() -> None:
    one, other = Line("The choice", 8, (8, 4, 2)), Line("a" * 500, 4, (1, 2, 4))
    drawn = two_cohorts((one, other), STARTS, Screen(Theme.LIGHT))
    assert [list(trace.y) for trace in drawn.data] == [[100.0, 50.0, 25.0], [25.0, 50.0, 100.0]]
    assert len({trace.line.dash for trace in drawn.data}) == 2
    assert len({trace.marker.symbol for trace in drawn.data}) == 2
    assert max(len(note.text) for note in drawn.layout.annotations) <= 24
    assert [row[1].replace("\u00a0", " ") for row in figures.table_of(drawn).rows] == ["100 %", "50 %", "25 %"]


def test_of_two_cohorts_without_anybody_words_are_drawn() -> None:
    nobody = Line("x", 0, (0, 0, 0))
    assert not two_cohorts((nobody, nobody), STARTS, Screen(Theme.DARK)).data
    assert not two_cohorts((nobody, nobody), (), Screen(Theme.LIGHT)).data


def test_the_second_cohort_is_chosen_by_section_group_or_saved_view() -> None:
    view = replace(samples.classroom(), groups=("Red",), other=OTHER)
    filled = classroom_compare.fill(view, Screen(), Filters(against="view:1"), "Mine")
    options: Any = filled["compare"]
    assert [(each["value"], each["label"]) for each in options] == [
        ("", "nobody"),
        ("rest", "everybody else"),
        ("section:t4", "Tutor group 4"),
        ("group:Red", "Red"),
        ("view:1", "Mine"),
    ]
    assert str(filled["compared_line"]).endswith("dashed: Mine")
    assert filled["compared_hidden"] is False
    section = classroom_compare.fill(view, Screen(), Filters(against="section:t4"))
    assert str(section["compared_line"]).endswith("dashed: Tutor group 4")
    assert classroom_compare.fill(samples.classroom(), Screen(), Filters())["compared_hidden"] is True
