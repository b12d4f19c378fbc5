"""The figures below the fold of a learner's page, against values counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashapp import figures
from dashapp.domain.views import Week
from dashapp.domain.views.content import ScoreBin, WorkRow, WorkState
from dashapp.figures import Screen, Theme, table_of
from dashapp.figures.timeline import rows_shown, state_words
from dashapp.figures.trend import running_means
from tests.components import samples
from tests.components.student_samples import student_content

NOW = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
SCREENS = [Screen(), Screen(Theme.DARK), Screen(narrow=True)]


def work(number: int, state: WorkState = WorkState.DUE) -> WorkRow:
    return WorkRow("ALG", f"task {number}", state, NOW + timedelta(days=number, hours=1))


def drawn(screen: Screen = SCREENS[0]) -> Any:
    return figures.work_timeline(student_content().work, NOW, screen, ZONE)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_each_state_of_work_has_a_shape_and_a_word_of_its_own(screen: Screen) -> None:
    figure = drawn(screen)
    symbols = [trace.marker.symbol for trace in figure.data[2:]]
    assert len(symbols) == len(set(symbols)) == 6
    said = [note.text for note in figure.layout.annotations] + list(figure.layout.yaxis.ticktext)
    for word in ("On time", "2 days late", "Missing", "Still to do", "Not open yet", "Exempt"):
        assert any(word in text.replace("\u00a0", " ") for text in said), word


def test_the_timeline_says_all_of_it_in_its_table() -> None:
    rows = table_of(drawn()).rows
    assert [cell.replace("\u00a0", " ") for cell in rows[1]] == [
        "CCC assignment 1", "Mon 20 Apr", "Wed 22 Apr", "2 days late", "55 %",
    ]  # fmt: skip
    assert len(rows) == 6


def test_a_mark_stands_where_work_came_and_else_where_it_is_due() -> None:
    late, missing = drawn().data[3], drawn().data[4]
    assert (date.fromisoformat(late.x[0][:10]).day, date.fromisoformat(missing.x[0][:10]).day) == (22, 4)


def test_late_on_the_due_day_is_no_zero_days() -> None:
    row = WorkRow("ALG", "a", WorkState.LATE, NOW, NOW + timedelta(hours=2))
    assert state_words(row, ZONE) == "Late, on the due day"


def test_some_rows_ahead_stand_beside_those_just_behind() -> None:
    many = [work(number) for number in range(-30, 30)]
    shown = rows_shown(many, NOW)
    assert [row.title for row in shown] == [f"task {number}" for number in range(-8, 4)]
    assert [row.title for row in rows_shown(many[30:], NOW)] == [f"task {number}" for number in range(12)]
    assert len(rows_shown(many[:30], NOW)) == 12
    assert rows_shown(many[29:31], NOW) == many[29:31]


def test_names_with_markup_are_shown_as_they_are() -> None:
    row = replace(work(1), title="<b>x</b>" + "y" * 500)
    figure = figures.work_timeline([row], NOW, Screen(), ZONE)
    assert figure.layout.yaxis.ticktext[0].startswith("ALG &lt;b&gt;x&lt;/b&gt;")


def test_the_trend_is_the_mean_of_the_last_three_scores() -> None:
    scores = [replace(samples.student().scores[0], score=value) for value in (80.0, 40.0, 60.0, 90.0, 30.0)]
    assert running_means(scores) == [80, 60, 60, pytest.approx(190 / 3), 60]


def test_the_goal_is_a_line_across_with_its_name() -> None:
    scores = samples.student().scores
    without = figures.score_trend(scores, None, Screen(), ZONE)
    assert not without.layout.shapes
    figure = figures.score_trend(scores, 70, Screen(), ZONE)
    assert (figure.layout.shapes[0].y0, figure.layout.shapes[0].y1) == (70, 70)
    assert figure.layout.annotations[0].text.replace("\u00a0", " ") == "goal 70 %"
    assert list(figure.data[1].y) == [80, 55]
    assert [row[3] for row in table_of(figure).rows] == ["80\u00a0%", "68\u00a0%"]


def test_the_spread_keeps_the_area_of_wide_bins_and_marks_oneself() -> None:
    bins = (ScoreBin(0, 50, 5), ScoreBin(50, 70, 9), ScoreBin(70, 100, 6))
    figure = figures.score_spread(bins, 62.0, Screen())
    assert list(figure.data[0].y) == [1, 4.5, 2]
    assert figure.layout.shapes[0].x0 == 62
    assert [row[1] for row in table_of(figure).rows] == ["5", "9", "6"]
    assert not figures.score_spread(bins, None, Screen()).layout.shapes


def test_a_column_put_together_of_several_says_above_it_what_it_stands_for() -> None:
    bins = (ScoreBin(0, 50, 5), ScoreBin(50, 60, 9), ScoreBin(60, 100, 6))
    figure = figures.score_spread(bins, 62.0, Screen())
    notes = [(note.text.replace("\u00a0", " "), note.x, note.y) for note in figure.layout.annotations]
    assert notes == [("0–50 %", 25, 1), ("60–100 %", 80, 1.5), ("you", 62, 1)]
    narrow = figures.score_spread(bins, None, Screen(narrow=True)).layout.annotations
    assert [note.text for note in narrow] == ["0–50", "60–100"]
    (bars,) = figure.data
    assert [round(width) for width in bars.width] == [49, 9, 39]
    assert list(figure.layout.xaxis.tickvals) == [0, 50, 60, 100]
    assert figure.layout.yaxis.range[1] > 9 * 1.15, "a range above the tallest column has room"
    single = tuple(ScoreBin(low, low + 10, 5) for low in range(0, 100, 10))
    assert not figures.score_spread(single, None, Screen()).layout.annotations


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_nothing_to_draw_is_words(screen: Screen) -> None:
    for empty in (
        figures.work_timeline((), NOW, screen, ZONE),
        figures.score_trend((), 70, screen, ZONE),
        figures.score_spread((), 50.0, screen),
    ):
        assert not empty.data
        assert empty.layout.annotations[0].text


def test_a_week_of_nothing_is_a_zero_but_not_beside_the_mark_of_the_median() -> None:
    begins = date(2026, 4, 6)
    amounts = [(0, 40.0), (0, 0.0), (0, None), (30, 0.0), (0, 12.0)]
    weeks = [
        Week(begins + timedelta(weeks=place), 0, minutes, 0, median, under_way=place == 4)
        for place, (minutes, median) in enumerate(amounts)
    ]
    notes = figures.weekly_activity(weeks, SCREENS[0], minutes=True).layout.annotations
    assert [(note.text, note.x, note.y) for note in notes] == [("0", 3, 0), ("until now", 5, 12)]
