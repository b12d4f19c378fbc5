"""The teaching calendar of a course: which days count when somebody is said to be away."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.localtime import week_start

DEFAULT_WEEKS = 14
"""How many weeks a page shows when nobody has chosen dates: the newest ones of the course."""
MOST_WEEKS = 104
"""How many weeks a page shows at most, whatever dates are chosen."""
LEAST_TEACHING_DAYS_OF_A_WEEK = 5
"""A week with fewer teaching days says nothing about a learner's diligence."""


@dataclass(frozen=True, slots=True)
class TeachingCalendar:
    """When a course is taught. Days are local, all ends inclusive; an unknown start or end is None.

    Weekends count as teaching days: no source says which weekdays are free, and distance learners use them most.
    """

    starts_on: date | None
    ends_on: date | None
    breaks: tuple[tuple[date, date], ...] = ()

    def is_teaching(self, day: date) -> bool:
        """Whether a day lies between start and end and outside of every break."""
        if self.starts_on is None or day < self.starts_on or (self.ends_on is not None and day > self.ends_on):
            return False
        return not any(first <= day <= last for first, last in self.breaks)

    def is_running(self, day: date) -> bool:
        """Whether the course has begun and not ended on that day; an unknown end never comes."""
        return self.starts_on is not None and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def teaching_days(self, after: date, until: date) -> int:
        """The number of teaching days in (after, until]."""
        return int(self.counts(after, until)[-1]) if until > after else 0

    def counts(self, after: date, until: date) -> NDArray[np.int32]:
        """Cumulative teaching days: element i is the number in (after, after + i]; shape (days + 1,)."""
        length = max(0, (until - after).days)
        taught = np.zeros(length + 1, dtype=np.int32)
        if self.starts_on is not None:
            taught[self._inside(after, self.starts_on, self.ends_on or until)] = 1
            for first, last in self.breaks:
                taught[self._inside(after, first, last)] = 0
        return np.cumsum(taught, dtype=np.int32)

    @staticmethod
    def _inside(after: date, first: date, last: date) -> slice:
        """The places of the days from `first` to `last` behind `after`."""
        return slice(max(1, (first - after).days), max(1, (last - after).days + 1))

    def full_week_before(self, today: date) -> date | None:
        """The Monday of the last week that is over, if enough of it was taught; else None."""
        monday = week_start(today) - timedelta(days=7)
        days = self.teaching_days(monday - timedelta(days=1), monday + timedelta(days=6))
        return monday if days >= LEAST_TEACHING_DAYS_OF_A_WEEK else None

    def week_number(self, monday: date) -> int:
        """Which week of the course begins on that Monday: 1 where teaching begins, breaks counted; less before it."""
        return 1 if self.starts_on is None else (monday - week_start(self.starts_on)).days // 7 + 1

    def teaching_weeks(self, until: date) -> tuple[date, ...]:
        """The Mondays of the weeks with enough teaching days that are over before `until`, oldest first."""
        if self.starts_on is None:
            return ()
        weeks = []
        monday = week_start(min(until, self.ends_on or until))
        while monday >= week_start(self.starts_on):
            whole = monday + timedelta(days=6) < until
            taught = self.teaching_days(monday - timedelta(days=1), monday + timedelta(days=6))
            if whole and taught >= LEAST_TEACHING_DAYS_OF_A_WEEK:
                weeks.append(monday)
            monday -= timedelta(days=7)
        return tuple(reversed(weeks))


def shown_range(calendar: TeachingCalendar, today: date, first: date | None, last: date | None) -> tuple[date, date]:
    """The days that a page shows, both inclusive: the chosen ones, else the newest weeks of the course up to today.

    Of a longer range the newest `MOST_WEEKS` weeks: the dates come from an address that anybody can write.
    """
    end = min(today, calendar.ends_on or today)
    if calendar.starts_on is not None and end < calendar.starts_on:
        end = today
    shown_last = min(last, today) if last else end
    default = week_start(shown_last) - timedelta(weeks=DEFAULT_WEEKS - 1)
    earliest = week_start(shown_last) - timedelta(weeks=MOST_WEEKS - 1)
    if calendar.starts_on is not None and calendar.starts_on <= shown_last:
        default = max(default, calendar.starts_on)
    return max(earliest, min(first, shown_last) if first else default), shown_last


@lru_cache(maxsize=256)
def week_starts(first: date, last: date) -> tuple[date, ...]:
    """The Mondays of the weeks that [first, last] touches."""
    monday = week_start(first)
    return tuple(monday + timedelta(weeks=index) for index in range((last - monday).days // 7 + 1))
