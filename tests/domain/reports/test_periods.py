"""Periods, counted by hand: 2026-11-29 is a Sunday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dashapp.domain.reports.periods import LONGEST_DAYS, Days, Fixed, Moving, Unit

SUNDAY = date(2026, 11, 29)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("period", "first", "last", "before_first", "before_last"),
    [
        (Moving(count=4, unit=Unit.WEEK), "2026-10-26", "2026-11-22", "2026-09-28", "2026-10-25"),
        (Moving(count=1, unit=Unit.WEEK, whole=False), "2026-11-23", "2026-11-29", "2026-11-16", "2026-11-22"),
        (Moving(count=1, unit=Unit.MONTH), "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"),
        (Moving(count=12, unit=Unit.MONTH), "2025-11-01", "2026-10-31", "2024-11-01", "2025-10-31"),
        (Moving(count=2, unit=Unit.MONTH, whole=False), "2026-10-01", "2026-11-29", "2026-08-01", "2026-09-29"),
        (Moving(count=7, unit=Unit.DAY), "2026-11-22", "2026-11-28", "2026-11-15", "2026-11-21"),
        (Moving(count=7, unit=Unit.DAY, whole=False), "2026-11-23", "2026-11-29", "2026-11-16", "2026-11-22"),
        (
            Fixed(first=day("2026-02-01"), last=day("2026-02-28")),
            "2026-02-01",
            "2026-02-28",
            "2026-01-04",
            "2026-01-31",
        ),
    ],
)
def test_periods_and_the_ones_before(
    period: Moving | Fixed, first: str, last: str, before_first: str, before_last: str
) -> None:
    assert period.days(SUNDAY) == Days(day(first), day(last))
    assert period.before(SUNDAY) == Days(day(before_first), day(before_last))


def test_on_a_monday_the_last_whole_week_ended_yesterday() -> None:
    assert Moving(count=1).days(day("2026-11-30")) == Days(day("2026-11-23"), day("2026-11-29"))


@given(
    st.dates(date(1990, 1, 1), date(2150, 1, 1)),
    st.sampled_from(Unit),
    st.booleans(),
    st.integers(1, 118),
)
def test_the_period_before_ends_just_before_and_is_as_long(today: date, unit: Unit, whole: bool, count: int) -> None:
    period = Moving(count=count, unit=unit, whole=whole)
    days, before = period.days(today), period.before(today)
    assert days.first <= days.last <= today
    assert before.last < days.first
    if whole or unit is Unit.DAY:
        assert before.last == days.first - timedelta(days=1)
    if unit is not Unit.MONTH:
        assert len(before) == len(days)


def test_before_a_month_under_way_that_is_longer_comes_the_whole_shorter_one() -> None:
    period = Moving(count=1, unit=Unit.MONTH, whole=False)
    assert period.before(day("2026-03-30")) == Days(day("2026-02-01"), day("2026-02-28"))
    assert period.before(day("2026-03-12")) == Days(day("2026-02-01"), day("2026-02-12"))


@pytest.mark.parametrize(
    ("first", "last"), [("2026-02-02", "2026-02-01"), ("0001-01-01", "0001-01-02"), ("1990-01-01", "2026-01-01")]
)
def test_days_that_are_no_period_are_refused(first: str, last: str) -> None:
    with pytest.raises(ValidationError):
        Fixed(first=day(first), last=day(last))


def test_the_longest_period_is_ten_years() -> None:
    with pytest.raises(ValidationError, match="ten years"):
        Moving(count=LONGEST_DAYS // 31 + 1, unit=Unit.MONTH)
