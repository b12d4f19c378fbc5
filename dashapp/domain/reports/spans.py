"""The days of a period, divided by a grain: spans one after the other, each named by its first day."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashapp.domain.localtime import week_start
from dashapp.domain.reports.periods import Days, Grain

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
TO_THURSDAY = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Spans:
    """So many spans without a gap."""

    names: tuple[date, ...]
    """What each is called by: its first day, that of the week, or the first of the month."""
    begins: tuple[date, ...]
    """The first day of each that counts: later than its name where the period begins within it."""
    last: date
    """The last day of the last one."""

    def __len__(self) -> int:
        """How many spans."""
        return len(self.begins)

    @property
    def days(self) -> Days:
        """The days of all of them."""
        return Days(self.begins[0], self.last)

    def place(self, day: date) -> int | None:
        """The span in which a day lies."""
        return bisect_right(self.begins, day) - 1 if self.begins[0] <= day <= self.last else None

    def ends(self) -> tuple[date, ...]:
        """The day after each span."""
        return (*self.begins[1:], self.last + DAY)


def spans_of(days: Days, grain: Grain | None) -> Spans:
    """The days by days, weeks or months, the first and the last of which may be cut; one span without grain."""
    begins = [days.first] if grain is None else _begins(days, grain)
    names = [_name(day, grain) for day in begins]
    return Spans(tuple(names), tuple(begins), days.last)


def whole_months_of(days: Days, today: date) -> Spans | None:
    """Months of whole weeks, those whose Thursday lies in them: all of whose weeks lie within the days, or that are
    under way. None where there is none. `days`: whole weeks, the last of which may end today."""
    mondays = _begins(days, Grain.WEEK)
    months = _months(mondays)
    begins = [
        first
        for (first, last) in months
        if _month(first - WEEK) != _month(first) and _is_over(last, mondays[-1], today)
    ]
    if not begins:
        return None
    kept = [pair for pair in months if pair[0] in begins]
    last = min(kept[-1][1] + WEEK - DAY, days.last)
    return Spans(tuple(_month(day) for day in begins), tuple(begins), last)


def whole_weeks_of(days: Days) -> Days:
    """The days widened to whole weeks."""
    return Days(week_start(days.first), week_start(days.last) + WEEK - DAY)


def until(days: Days, today: date) -> Days | None:
    """The days that have come; None where none has."""
    return Days(days.first, min(days.last, today)) if days.first <= today else None


def _is_over(last: date, newest: date, today: date) -> bool:
    """Whether a month ends with this Monday, or is the one under way."""
    return _month(last + WEEK) != _month(last) or (last == newest and week_start(today) == newest)


def _month(monday: date) -> date:
    """The first of the month to which a week belongs."""
    return (monday + TO_THURSDAY).replace(day=1)


def _months(mondays: Sequence[date]) -> list[tuple[date, date]]:
    found: dict[date, tuple[date, date]] = {}
    for monday in mondays:
        first, _last = found.get(_month(monday), (monday, monday))
        found[_month(monday)] = first, monday
    return list(found.values())


def _begins(days: Days, grain: Grain) -> list[date]:
    begins = [days.first]
    while (after := _next(begins[-1], grain)) <= days.last:
        begins.append(after)
    return begins


def _name(day: date, grain: Grain | None) -> date:
    match grain:
        case Grain.WEEK:
            return week_start(day)
        case Grain.MONTH:
            return day.replace(day=1)
        case _:
            return day


def _next(day: date, grain: Grain) -> date:
    match grain:
        case Grain.DAY:
            return day + DAY
        case Grain.WEEK:
            return week_start(day) + WEEK
        case Grain.MONTH:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
