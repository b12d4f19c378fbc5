"""Ticks are few and round."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.figures.axes import Scale, count_scale, minutes_scale, percent_scale, week_ticks


@pytest.mark.parametrize("scale", [count_scale, minutes_scale])
@given(highest=st.floats(min_value=0, max_value=1e8))
def test_a_scale_has_few_ticks_from_zero_and_room_for_the_highest(scale: type[Scale], highest: float) -> None:
    made = scale(highest)  # type: ignore[call-arg, arg-type]  # the two functions, by their one parameter
    assert made.values[0] == 0
    assert 1 <= len(made.values) <= 6
    assert made.top >= highest
    assert len(made.texts) == len(made.values) == len(set(made.texts))


@pytest.mark.parametrize(
    ("highest", "texts"), [(17, ["0", "5", "10", "15"]), (4, ["0", "1", "2", "3", "4"]), (0, ["0", "1"])]
)
def test_counts_are_whole(highest: float, texts: list[str]) -> None:
    assert list(count_scale(highest).texts) == texts


@pytest.mark.parametrize(("highest", "last"), [(20, "20 min"), (100, "1 h 30 min"), (600, "10 h"), (0, "5 min")])
def test_minutes_become_hours_from_two_hours_on(highest: float, last: str) -> None:
    assert minutes_scale(highest).texts[-1].replace("\u00a0", " ") == last


def test_percentages_end_at_100() -> None:
    assert percent_scale()["ticktext"][-1] == "100\u00a0%"
    assert percent_scale(40)["tickvals"] == [40, 60, 80, 100]


def test_weeks_have_the_numbers_of_the_course_and_those_before_it_their_dates() -> None:
    starts = [date(2026, 2, 2) + timedelta(weeks=week) for week in range(4)]
    assert week_ticks(starts, narrow=False, first=9)["ticktext"] == ["week 9", "10", "11", "12"]
    assert week_ticks(starts, narrow=False, first=-1)["ticktext"] == ["2 Feb", "9 Feb", "week 1", "2"]


@pytest.mark.parametrize("count", [1, 2, 5, 14, 20, 39, 80])
@pytest.mark.parametrize("narrow", [False, True])
def test_weeks_are_thinned_out_where_there_are_many(count: int, narrow: bool) -> None:
    starts = [date(2026, 2, 2) + timedelta(weeks=week) for week in range(count)]
    ticks = week_ticks(starts, narrow, side_now=True)
    assert ticks["ticktext"][0] == "week 1"
    assert len(ticks["tickvals"]) == len(ticks["ticktext"]) <= (8 if narrow else 18)
    assert count == 1 or ticks["ticktext"][-1] == "now"
