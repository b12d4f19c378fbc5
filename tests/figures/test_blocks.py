"""Figures of reports' blocks: every chart in every look, from answers made by hand."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp import words
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind, Value
from dashapp.domain.reports.document import Bars, Chart, Data, Width
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.questions import Question
from dashapp.figures import Screen, table_of
from dashapp.figures.blocks import drawing_of
from dashapp.figures.blocks.lines import NAME_HEIGHT, pushed_apart
from dashapp.figures.blocks.numbers import difference
from dashapp.figures.blocks.spreads import edges_of
from dashapp.figures.theme import Theme

WEEKS = [date(2026, 2, 2) + timedelta(weeks=number) for number in range(6)]
COURSES = ["AAA", "BBB", "<b>C</b> & co"]
STATES = ["On time", "Late", "Missing"]


def answer(measures: Sequence[str], parts: Sequence[str], rows: Sequence[tuple[Value, ...]], **more: Any) -> Answer:
    columns = [Column(part, ColumnKind.DAY if part == "week" else ColumnKind.TEXT) for part in parts]
    for key in measures:
        columns.append(Column(key, MEASURES[key].kind, key))
        if more.get("before"):
            columns.append(Column(f"{key}_before", MEASURES[key].kind, key, before=True))
    return Answer(AnswerState.SHOWN, tuple(columns), tuple(rows))


def block(chart: Chart, **more: Any) -> Data:
    return Data(id=UUID(int=1), chart=chart, question=Question(measures=("events",)), **more)


WEEKLY = answer(
    ["events"], ["week", "course"], [(week, code, 10 + place) for place, week in enumerate(WEEKS) for code in COURSES]
)
PLAIN = answer(["events"], ["week"], [(week, None if place == 2 else place) for place, week in enumerate(WEEKS)])
BY_COURSE = answer(["events"], ["course"], [(code, 10 * place) for place, code in enumerate(COURSES)])
CAME = answer(["handed_in"], ["course", "handed_in"], [(code, state, 3) for code in COURSES for state in STATES])
LEARNERS = answer(["score_median"], ["learner", "course"], [(f"L{n}", COURSES[n % 3], float(n)) for n in range(90)])
CODES = ["ENGL 102", "ENGL 205", "BIOL 120", "COMP 110", "STAT 101", "ECON 105"]
FULL = answer(
    ["share_active"],
    ["week", "course"],
    [(week, code, 95.0 + place) for week in WEEKS for place, code in enumerate(CODES)],
)
HANDED_IN = answer(["handed_in"], ["course", "handed_in"], [(code, state, 3) for code in CODES for state in STATES])
SAMPLES: dict[Chart, list[Answer]] = {
    Chart.KPI: [
        answer(["enrolled"], [], [(5,)]),
        answer(["share_active", "minutes"], [], [(40.0, 20.0, None, 9)], before=True),
    ],
    Chart.LINE: [WEEKLY, PLAIN, answer(["minutes"], ["week"], [(week, 5, 7) for week in WEEKS], before=True)],
    Chart.AREA: [WEEKLY, PLAIN],
    Chart.BAR: [WEEKLY, PLAIN, BY_COURSE, CAME],
    Chart.SCATTER: [
        answer(["minutes", "score_median"], ["learner"], [(f"L{n}", n, None if n == 3 else float(n)) for n in range(9)])
    ],
    Chart.HISTOGRAM: [
        answer(["minutes"], ["learner"], [(f"L{n}", n * n) for n in range(30)]),
        answer(["scores"], ["score_band"], [(f"{n} to {n + 10} %", n) for n in range(0, 100, 10)]),
    ],
    Chart.BOX: [LEARNERS, answer(["minutes"], ["learner"], [(f"L{n}", n) for n in range(9)])],
    Chart.HEAT_MAP: [WEEKLY, CAME],
    Chart.TREE_MAP: [BY_COURSE, CAME],
    Chart.FUNNEL: [answer(["enrolled", "active_learners"], [], [(40, 10)])],
    Chart.SANKEY: [CAME],
    Chart.TABLE: [WEEKLY, CAME],
}


@pytest.mark.parametrize("chart", Chart)
@pytest.mark.parametrize("screen", [Screen(), Screen(Theme.DARK, narrow=True)])
@pytest.mark.parametrize("bars", Bars)
def test_every_chart_is_one_for_plotly_and_has_all_rows_in_its_table(chart: Chart, screen: Screen, bars: Bars) -> None:
    for found in SAMPLES[chart]:
        for width in (Width.FULL, Width.THIRD):
            drawn = drawing_of(block(chart, bars=bars, width=width), found, screen)
            assert drawn.checked is not None
            twin = table_of(drawn)
            assert len(twin.rows) == len(found.rows)
            assert chart is Chart.TABLE or twin.summary
            assert drawn.own_layout["uirevision"] == str(UUID(int=1))


@pytest.mark.parametrize("chart", [chart for chart in Chart if chart is not Chart.TABLE])
def test_names_stand_in_figures_as_they_are_and_never_as_markup(chart: Chart) -> None:
    for found in SAMPLES[chart]:
        text = drawing_of(block(chart), found, Screen()).to_bytes().decode().partition('"meta"')[0]
        assert "<b>C</b>" not in text


def test_figures_speak_the_language_of_the_report() -> None:
    with words.use_locale("en_XA"):
        drawn = drawing_of(block(Chart.KPI), SAMPLES[Chart.KPI][0], Screen())
        assert table_of(drawn).head[0].startswith("[")


@pytest.mark.parametrize("chart", Chart)
def test_where_there_is_nothing_to_see_it_says_why(chart: Chart) -> None:
    said = {
        AnswerState.NO_DATA: "Nothing was recorded in this time",
        AnswerState.HIDDEN: "Hidden for privacy: too few learners",
        AnswerState.REFUSED: "Because.",
        AnswerState.GONE: "Because.",
    }
    for state, text in said.items():
        reason = "Because." if text == "Because." else ""
        drawn = drawing_of(block(chart), Answer(state, reason=reason), Screen())
        assert (drawn.traces, drawn.own_layout["annotations"][0]["text"]) == ([], text)


@given(st.lists(st.floats(0, 230), max_size=14))
def test_names_at_the_ends_of_lines_never_overlap_and_keep_their_order(heights: list[float]) -> None:
    placed = pushed_apart(heights)
    order = sorted(range(len(heights)), key=lambda place: (heights[place], placed[place]))
    for one, other in pairwise(order):
        assert placed[other] - placed[one] >= NAME_HEIGHT - 1e-6
    if len(heights) == 1:
        assert placed == heights


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=50))
def test_every_value_lies_in_one_column_of_a_histogram(values: list[int]) -> None:
    for kind in (ColumnKind.COUNT, ColumnKind.MINUTES):
        edges = edges_of(values, kind)
        assert edges[0] == 0
        assert edges[-1] > max(values)
        assert len(edges) <= 14
    found = answer(["minutes"], ["learner"], [(f"L{place}", value) for place, value in enumerate(values)])
    drawn = drawing_of(block(Chart.HISTOGRAM), found, Screen())
    assert sum(drawn.traces[0]["y"]) == len(values)


def test_areas_stand_on_one_another_and_bars_of_what_adds_up_lie_in_one_line() -> None:
    area = drawing_of(block(Chart.AREA), WEEKLY, Screen()).traces
    assert [trace["y"][0] for trace in area] == [10, 20, 30]
    assert area[2]["customdata"][0].endswith("10")
    assert drawing_of(block(Chart.BAR, bars=Bars.HORIZONTAL), CAME, Screen()).own_layout["barmode"] == "stack"
    assert drawing_of(block(Chart.BAR), CAME, Screen()).own_layout["barmode"] == "group"


def test_a_gap_in_a_line_is_a_gap_and_a_single_point_is_seen() -> None:
    (line,) = drawing_of(block(Chart.LINE), PLAIN, Screen()).traces
    assert line["y"][2] is None
    lonely = answer(["events"], ["week"], [(WEEKS[0], None), (WEEKS[1], 4), (WEEKS[2], None)])
    assert drawing_of(block(Chart.LINE), lonely, Screen()).traces[0]["mode"] == "lines+markers"


def test_one_stands_out_and_the_others_are_grey() -> None:
    colours = [
        trace["line"]["color"] for trace in drawing_of(block(Chart.LINE, one_stands_out=True), WEEKLY, Screen()).traces
    ]
    assert colours.count(Screen().colour("chart-me")) == 1
    assert colours.count(Screen().colour("chart-others")) == 2


def test_differences_are_said_in_words() -> None:
    assert difference(165, 125, ColumnKind.COUNT) == "40 more than in the period before"
    assert difference(59.0, 65.0, ColumnKind.PERCENT) == "6\u00a0points lower than in the period before"
    assert difference(30, 90, ColumnKind.MINUTES) == "1\u00a0h less than in the period before"
    assert difference(1000, 1001, ColumnKind.COUNT) == "about the same as in the period before"


def test_a_tree_fills_its_place_in_proportion() -> None:
    drawn = drawing_of(block(Chart.TREE_MAP), BY_COURSE, Screen())
    areas = [(max(t["x"]) - min(t["x"]) + 2) * (max(t["y"]) - min(t["y"]) + 2) for t in drawn.traces]
    assert areas[1] / areas[0] == pytest.approx(2, rel=1e-6)
    assert len(areas) == 2


def test_many_lines_and_parts_are_bounded_without_a_word_less() -> None:
    codes = [f"C{number:03}" for number in range(300)]
    weekly = answer(["events"], ["week", "course"], [(week, code, int(code[1:])) for week in WEEKS for code in codes])
    line = drawing_of(block(Chart.LINE), weekly, Screen())
    assert len(line.traces) == 40
    assert any(note["text"] == "260 more in the table" for note in line.own_layout["annotations"])
    assert len(table_of(line).rows) == 300 * len(WEEKS)
    stacked = drawing_of(block(Chart.BAR, bars=Bars.STACKED), weekly, Screen())
    assert sum(trace["y"][0] for trace in stacked.traces) == sum(range(300))
    assert stacked.traces[-1]["name"] == "261 others"
    tree = drawing_of(block(Chart.TREE_MAP), answer(["events"], ["course"], [(code, 5) for code in codes]), Screen())
    assert len(tree.traces) == 24
    came = answer(["handed_in"], ["course", "handed_in"], [(code, state, 3) for code in codes for state in STATES])
    flows = drawing_of(block(Chart.SANKEY), came, Screen())
    assert len(flows.traces) == 24 * 3 + 24 + 3


def test_lines_that_all_end_at_the_top_keep_every_name_within_the_axis() -> None:
    drawn = drawing_of(block(Chart.LINE), FULL, Screen())

    notes = drawn.layout.annotations
    assert all(any(code in note.text for note in notes) for code in CODES)
    assert all(0 <= note.y <= drawn.layout.yaxis.range[1] for note in notes)
    heights = sorted(note.y for note in notes)
    assert all(above - below > 0 for below, above in pairwise(heights))


def test_names_that_find_no_room_side_by_side_are_set_on_two_lines_and_stay_whole() -> None:
    beside = drawing_of(block(Chart.BAR, width=Width.HALF), HANDED_IN, Screen(narrow=True)).layout.xaxis
    short = drawing_of(block(Chart.BAR, width=Width.HALF), CAME, Screen(narrow=True)).layout.xaxis

    assert [text.replace("<br>", " ") for text in beside.ticktext] == CODES
    assert not short.tickangle


def test_lying_bars_beside_another_block_have_ticks_at_both_ends_and_in_the_middle() -> None:
    shares = answer(["share_active"], ["course"], [(code, 80.0) for code in CODES])
    half, whole = (
        drawing_of(block(Chart.BAR, width=width, bars=Bars.HORIZONTAL), shares, Screen(narrow=True)).layout.xaxis
        for width in (Width.HALF, Width.FULL)
    )

    assert (list(half.tickvals), list(whole.tickvals)) == ([0, 50, 100], [0, 25, 50, 75, 100])
    assert half.ticktext[-1] == whole.ticktext[-1]
