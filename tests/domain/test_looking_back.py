"""As of when it is looked at how right a list was."""

from datetime import date

import pytest

from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.looking_back import Now, looked_back, told_now

SPRING = TeachingCalendar(date(2026, 3, 4), date(2026, 7, 31), ((date(2026, 5, 25), date(2026, 5, 31)),))


@pytest.mark.parametrize(
    ("today", "then"),
    [
        (date(2026, 3, 1), None),
        (date(2026, 4, 12), None),
        # Four weeks before the week of 13 April two weeks of teaching were over.
        (date(2026, 4, 13), date(2026, 3, 16)),
        (date(2026, 5, 10), date(2026, 4, 6)),
        (date(2026, 7, 31), date(2026, 6, 29)),
        # The middle lies on 17 May, a Sunday.
        (date(2026, 8, 1), date(2026, 5, 11)),
        (date(2027, 1, 1), date(2026, 5, 11)),
    ],
)
def test_a_list_is_looked_at_four_weeks_back_and_in_the_middle_once_the_course_is_over(
    today: date, then: date | None
) -> None:
    assert looked_back(SPRING, today) == then


def test_without_dates_there_is_no_list_to_look_at() -> None:
    assert looked_back(TeachingCalendar(None, None), date(2026, 5, 1)) is None
    assert looked_back(TeachingCalendar(date(2026, 3, 2), date(2026, 3, 20)), date(2026, 5, 1)) is None


@pytest.mark.parametrize(
    ("today", "now"),
    [(date(2026, 5, 10), Now.RULES), (date(2026, 5, 26), Now.SILENT), (date(2026, 8, 1), Now.OVER)],
)
def test_what_can_be_told_of_those_who_stay_depends_on_the_calendar(today: date, now: Now) -> None:
    assert told_now(SPRING, today) is now
