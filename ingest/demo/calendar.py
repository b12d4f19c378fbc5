"""The demo term: fourteen weeks, one of them without teaching, placed so that the present falls into the twelfth."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashapp.domain.localtime import week_start

ZONE = "Europe/London"
WEEKS = 14
READING_WEEK = 6
"""Counted from zero: the seventh week has no teaching."""
WEEKS_BEFORE_NOW = 11

_ZONE = ZoneInfo(ZONE)


@dataclass(frozen=True, slots=True)
class Term:
    """One term; `first_day` is a Monday."""

    first_day: date

    @property
    def name(self) -> str:
        """Such as `Autumn 2026`, by the month in which teaching starts."""
        season = "Spring" if self.first_day.month < 4 else "Summer" if self.first_day.month < 8 else "Autumn"
        return f"{season} {self.first_day.year}"

    @property
    def last_day(self) -> date:
        """The Sunday of the last week."""
        return self.first_day + timedelta(days=7 * WEEKS - 1)

    @property
    def reading_week(self) -> tuple[date, date]:
        """First and last day of the week without teaching."""
        monday = self.first_day + timedelta(days=7 * READING_WEEK)
        return monday, monday + timedelta(days=6)

    def week(self, day: date) -> int:
        """The week of a day, counted from zero; negative before the term, 14 and more after it."""
        return (day - self.first_day).days // 7

    def taught(self, week: int) -> int:
        """How many teaching weeks have begun by the end of a week, at least one: the newest unit, counted from one."""
        return max(1, min(week, WEEKS - 1) + 1 - (week >= READING_WEEK))

    def moment(self, week: int, weekday: int, clock: time) -> datetime:
        """An instant of the term, aware, by its week (from zero), weekday (Monday is zero) and local clock time."""
        return local_instant(self.first_day + timedelta(days=7 * week + weekday), clock)


def term_around(today: date) -> Term:
    """The term in whose twelfth week a day lies."""
    return Term(week_start(today) - timedelta(days=7 * WEEKS_BEFORE_NOW))


def local_instant(day: date, clock: time) -> datetime:
    """A local clock time of a day of the campus, aware."""
    return datetime.combine(day, clock, _ZONE)


def local_day(instant: datetime) -> date:
    """The local day of an aware instant at the campus."""
    return instant.astimezone(_ZONE).date()


def local_hour(instant: datetime) -> int:
    """The hour of the local clock, 0 to 23."""
    return instant.astimezone(_ZONE).hour


def local_midnight(day: date) -> float:
    """The first instant of a local day at the campus, in seconds since 1970."""
    return local_instant(day, time()).timestamp()


def local_seconds(day: date, minute: float) -> float:
    """Seconds since 1970 of a clock time given in minutes after midnight; 1,440 and more belong to the next day."""
    days, rest = divmod(int(minute * 60), 86_400)
    hours, seconds = divmod(rest, 3600)
    clock = time(hours, seconds // 60, seconds % 60)
    return local_instant(day + timedelta(days=days), clock).timestamp()
