"""Spans of time follow each other without a gap, and months of whole weeks are those of the institution's page."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashapp.data.queries.institution import whole_months
from dashapp.domain.indicators.calendar import week_starts
from dashapp.domain.localtime import week_start
from dashapp.domain.reports.periods import Days, Grain
from dashapp.domain.reports.spans import spans_of, until, whole_months_of, whole_weeks_of

DAY = timedelta(days=1)
days = st.builds(
    lambda first, length: Days(first, first + timedelta(days=length)),
    st.dates(date(2019, 1, 1), date(2030, 1, 1)),
    st.integers(0, 400),
)


@given(days, st.none() | st.sampled_from(Grain))
def test_every_day_lies_in_one_span_which_is_named_by_its_first_day(given_days: Days, grain: Grain | None) -> None:
    found = spans_of(given_days, grain)
    assert found.days == given_days
    assert [end - DAY for end in found.ends()[:-1]] == [begin - DAY for begin in found.begins[1:]]
    for place, (begin, end) in enumerate(zip(found.begins, found.ends(), strict=True)):
        assert found.place(begin) == found.place(end - DAY) == place
        assert found.names[place] <= begin
    assert found.place(given_days.first - DAY) is found.place(given_days.last + DAY) is None
    for one, other in pairwise(found.names):
        if grain is Grain.WEEK:
            assert (one.weekday(), other - one) == (0, timedelta(days=7))
        if grain is Grain.MONTH:
            assert (one.day, (one + timedelta(days=32)).replace(day=1)) == (1, other)


@given(days, st.integers(0, 10))
def test_months_of_whole_weeks_are_those_of_the_institutions_page(given_days: Days, since: int) -> None:
    today = given_days.last + timedelta(days=since)
    whole = until(whole_weeks_of(given_days), today)
    assert whole is not None
    found = whole_months_of(whole, today)
    # The page lists the month under way also where the chosen dates end before this week; a report has whole ones.
    page = [pair for pair in whole_months(week_starts(whole.first, whole.last), today) if not _is_cut(pair[1], today)]
    if found is None:
        assert page == []
        return
    assert [(begin, week_start(end - DAY)) for begin, end in zip(found.begins, found.ends(), strict=True)] == page
    assert all(name.day == 1 for name in found.names)
    assert (found.last + DAY).weekday() == 0 or found.last == today


def _is_cut(last: date, today: date) -> bool:
    thursday, after = last + timedelta(days=3), last + timedelta(days=10)
    return (thursday.year, thursday.month) == (after.year, after.month) and last != week_start(today)


def test_what_is_to_come_is_not_answered() -> None:
    week = Days(date(2026, 5, 4), date(2026, 5, 10))
    assert until(week, date(2026, 5, 7)) == Days(date(2026, 5, 4), date(2026, 5, 7))
    assert until(week, date(2026, 5, 3)) is None
