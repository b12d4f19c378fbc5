from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dashapp import figures
from dashapp.components import classroom, classroom_compare
from dashapp.components.classroom_strip import strip_cells
from dashapp.components.learner_grid import NEVER, trend_of
from dashapp.components.links import Links
from dashapp.domain.filters import Band, Filters, Span
from dashapp.domain.views.cohort import CohortFigures, OnTime
from dashapp.figures import Line, Screen, Theme, two_cohorts
from tests.components import samples
from tests.components.test_components import text_of
from tests.components.test_pages import grouped, plain

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


def test_a_trend_is_said_in_words_against_the_weeks_before() -> None:
    said = [
        (round(order or 0, 2), plain(text)) for order, text in map(trend_of, ((30, 20), (10, 20), (21, 20), (0, 20)))
    ]
    assert said == [(0.5, "50 % more"), (-0.5, "50 % less"), (0.05, "the same"), (-1.0, "100 % less")]
    assert trend_of(None) == (None, "–")
    assert trend_of((0, 0)) == (0.0, "none")
    assert trend_of((3, 0)) == (NEVER, "new")


def test_the_levels_to_choose_from_count_everybody_whichever_is_chosen() -> None:
    full = samples.classroom()
    chosen = replace(full, learners=full.learners[:2], level_counts=(2, 2, 4))
    values = classroom.fill(chosen, Screen(), Links(), filters=Filters(level="help"))
    options: Any = values["levels"]
    assert [plain(each["label"])[-1] for each in options[1:]] == ["2", "2", "4"]
    rows: Any = values["learners"]
    assert len(rows["rows"]) == 2
    assert plain(values["count"]) == "2 learners"


def test_the_strip_says_each_figure_beside_that_of_the_week_before() -> None:
    cells = strip_cells(samples.classroom())
    said = [(cell.title, plain(cell.value), plain(cell.small), plain(cell.line)) for cell in cells]
    assert said == [
        ("Enrolled", "8", "", "2 joined in the last 7 days"),
        ("Active in the last 7 days", "6", "of 8", "1 fewer than the 7 days before"),
        ("Need help", "2", "of 8", "2 fewer than 7 days before"),
        ("Median score", "68 %", "of 7 with a score", "About the same as 7 days before"),
        ("Handed in on time", "75 %", "of 16 due", "12 points lower than 7 days before"),
    ]


def test_the_strip_says_of_how_many_the_learners_were_chosen() -> None:
    full = replace(samples.classroom(), everybody=8)
    few = replace(full, figures=replace(full.figures, learners=2), learners=full.learners[:2])

    def first(view: Any, **given: Any) -> tuple[str, str, str]:
        values: Any = classroom.fill(view, Screen(), Links(), filters=Filters(**given))
        title, value, line = values["strip"][0].children[:3]
        return plain(title), plain(value), plain(line)

    assert first(few, level="help") == ("Chosen", "2", "of 8 enrolled")
    assert first(full, level="help", score=Band.LOW) == ("Chosen", "8", "of 8 enrolled")
    assert first(replace(few, picked=2)) == ("Chosen", "2", "of 8 enrolled")
    others: tuple[dict[str, Any], ...] = ({}, {"span": Span.MONTH}, {"against": "rest"}, {"section": "no such"})
    for given in others:
        assert first(full, **given) == ("Enrolled", "8", "2 joined in the last 7 days"), given
    assert first(replace(grouped(), figures=full.figures), level="help")[0] == "Enrolled"


def test_the_strip_of_who_sees_groups_only_tells_of_no_single_learner() -> None:
    figures = CohortFigures(8, active_7=6, active_7_before=7, median_score=68.0, scored=7, on_time=OnTime(16, 12))
    cells = strip_cells(replace(grouped(), figures=figures))
    assert [plain(cell.value) for cell in cells] == ["8", "6", "Shown to those who teach", "68 %", "75 %"]
    assert [plain(cell.line) for cell in cells] == ["", "1 fewer than the 7 days before", "", "", ""]
    assert all(cell.spark is None for cell in cells)
    none = strip_cells(replace(grouped(), figures=CohortFigures(8)))
    assert [plain(cell.value) for cell in none[3:]] == ["Hidden, or none yet"] * 2


def test_the_strip_of_an_empty_course_and_of_a_silent_one_says_so() -> None:
    assert [plain(cell.value) for cell in strip_cells(samples.new_classroom())] == [
        "0", "0", "No rule speaks now", "No score yet", "Nothing was due yet",
    ]  # fmt: skip


def test_a_name_of_a_cohort_is_text_and_no_link() -> None:
    lines = Line('<a href="//x.io">ab</a>', 4, (1, 2, 3)), Line("all others", 6, (2, 3, 1))
    notes = two_cohorts(lines, STARTS, Screen(Theme.LIGHT)).own_layout["annotations"]
    assert "&lt;a href" in notes[0]["text"]
    assert "<a" not in notes[0]["text"]
