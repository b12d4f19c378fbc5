from datetime import date, timedelta
from itertools import product

from dashapp.domain.indicators.calendar import MOST_WEEKS, TeachingCalendar, shown_range, week_starts

START, END = date(2026, 2, 2), date(2026, 6, 28)
CALENDAR = TeachingCalendar(START, END, ((date(2026, 4, 6), date(2026, 4, 19)),))


def test_teaching_days_leave_out_breaks_and_what_lies_outside() -> None:
    assert CALENDAR.teaching_days(date(2026, 4, 3), date(2026, 4, 21)) == 4
    assert CALENDAR.teaching_days(date(2026, 1, 1), START) == 1
    assert CALENDAR.teaching_days(END, END + timedelta(days=9)) == 0
    assert CALENDAR.teaching_days(END, START) == 0


def test_a_course_without_an_end_goes_on() -> None:
    assert TeachingCalendar(START, None).is_teaching(date(2040, 1, 1))
    assert TeachingCalendar(START, None).is_running(date(2040, 1, 1))


def test_the_last_full_week_is_one_that_was_taught() -> None:
    assert CALENDAR.full_week_before(date(2026, 3, 19)) == date(2026, 3, 9)
    assert CALENDAR.full_week_before(date(2026, 4, 20)) is None
    assert CALENDAR.full_week_before(START + timedelta(days=3)) is None


def test_teaching_weeks_are_those_that_are_over() -> None:
    weeks = CALENDAR.teaching_weeks(date(2026, 4, 29))
    assert weeks[0] == START
    assert weeks[-1] == date(2026, 4, 20)
    assert date(2026, 4, 6) not in weeks
    assert len(weeks) == 10
    assert TeachingCalendar(None, None).teaching_weeks(END) == ()


def test_a_page_shows_the_newest_weeks_of_the_course() -> None:
    assert shown_range(CALENDAR, date(2026, 3, 19), None, None) == (START, date(2026, 3, 19))
    assert shown_range(CALENDAR, date(2026, 6, 10), None, None) == (date(2026, 3, 9), date(2026, 6, 10))


def test_of_a_course_that_is_over_a_page_shows_the_last_weeks() -> None:
    assert shown_range(CALENDAR, date(2027, 1, 1), None, None) == (date(2026, 3, 23), END)


def test_chosen_dates_are_shown_up_to_today() -> None:
    first, last = date(2026, 2, 10), date(2026, 5, 1)
    assert shown_range(CALENDAR, date(2026, 3, 19), first, last) == (first, date(2026, 3, 19))
    assert shown_range(CALENDAR, date(2026, 3, 19), None, date(2026, 2, 20)) == (START, date(2026, 2, 20))


def test_before_the_start_a_page_shows_the_weeks_before_today() -> None:
    assert shown_range(CALENDAR, date(2026, 1, 20), None, None) == (date(2025, 10, 20), date(2026, 1, 20))


def test_weeks_begin_on_monday_and_cover_the_range() -> None:
    assert week_starts(date(2026, 2, 4), date(2026, 2, 16)) == (START, date(2026, 2, 9), date(2026, 2, 16))


def test_a_range_of_centuries_is_cut_to_what_a_page_can_show() -> None:
    today = date(2026, 6, 10)
    first, last = shown_range(CALENDAR, today, date(1970, 1, 1), date(2199, 12, 31))

    assert last == today
    assert len(week_starts(first, last)) == MOST_WEEKS


def test_counts_are_those_of_the_days_one_by_one() -> None:
    begin = date(2026, 1, 1)
    days = [begin + timedelta(days=step) for step in range(0, 40, 3)]
    for starts, ends, (first, last) in product(
        [None, *days[2:6]], [None, *days[4:9]], zip(days, days[2:], strict=False)
    ):
        calendar = TeachingCalendar(starts, ends, ((first, last), (last, first)))
        for after, until in ((begin, days[-1]), (days[5], days[9]), (days[4], days[4]), (days[6], begin)):
            span = [after + timedelta(days=step) for step in range(1, (until - after).days + 1)]
            counted = [sum(map(calendar.is_teaching, span[:length])) for length in range(len(span) + 1)]
            assert calendar.counts(after, until).tolist() == counted
