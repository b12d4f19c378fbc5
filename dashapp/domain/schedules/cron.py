"""When a schedule is due: five fields as cron(5) has them, in a time zone, with a rule for changes of clocks.

A time that does not exist, since clocks were put forward, is moved forward by as much as they were: 02:30 becomes
03:30. A time that exists twice, since they were put back, counts once: the first one. Each instant is one run, also
where two times fall on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, Self
from zoneinfo import ZoneInfo

from dashapp.domain.errors import AnalyticsError

LONGEST: Final = 120
"""Characters."""
SEARCHED: Final = timedelta(days=366 * 8 + 2)
"""29 February may be eight years away (2096 to 2104); what does not come in that time never comes."""
_SKEW: Final = 2
"""Days: so far may an instant lie from the local date that it was written for, since a zone may skip a whole day."""
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS: Final = "sun mon tue wed thu fri sat"
_NAMES: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        "month": {name: place for place, name in enumerate(_MONTHS.split(), 1)},
        "weekday": {name: place for place, name in enumerate(_DAYS.split())},
    }
)
_RANGES: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))


class NotACron(AnalyticsError):
    """What was given is no time of a schedule; `why`: form, field, often or never. `field`: which of the five."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(f"This is no time of a schedule: {why} {field}".strip())
        self.why = why
        self.field = field


@dataclass(frozen=True, slots=True)
class Cron:
    """The local times of a schedule. At most one minute of an hour: what comes more often is no report."""

    minute: int
    hours: frozenset[int]
    days: frozenset[int] | None
    """Of the month; None: every one."""
    months: frozenset[int]
    weekdays: frozenset[int] | None
    """0 is Sunday, as in cron; None: every one. Where days are set too, one of both is enough."""

    @classmethod
    def parse(cls, said: str) -> Self:
        """From "minute hour day month weekday". Raises NotACron."""
        fields = said.split()
        if len(fields) != len(_RANGES) or len(said) > LONGEST:
            raise NotACron("form")
        minutes, hours, days, months, weekdays = (
            _field(text, *which) for text, which in zip(fields, _RANGES, strict=True)
        )
        if len(minutes) > 1:
            raise NotACron("often", "minute")
        made = cls(
            next(iter(minutes)),
            hours,
            None if fields[2].startswith("*") else days,
            months,
            None if fields[4].startswith("*") else frozenset(day % 7 for day in weekdays),
        )
        for text, name in ((fields[2], "day"), (fields[4], "weekday")):
            # `*/2` counts from the first of each month anew, which nobody means: days are named.
            if text.startswith("*") and text != "*":
                raise NotACron("field", name)
        if not any(made.has_day(date(2096, 1, 1) + timedelta(days=count)) for count in range(366 * 8)):
            raise NotACron("never")
        return made

    def has_day(self, day: date) -> bool:
        """Whether it is due on this local date."""
        if day.month not in self.months:
            return False
        by_day = self.days is not None and day.day in self.days
        by_weekday = self.weekdays is not None and day.isoweekday() % 7 in self.weekdays
        if self.days is None and self.weekdays is None:
            return True
        return by_day or by_weekday

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The next instant that lies after another one, in UTC. Raises NotACron where none comes."""
        begin = instant.astimezone(zone).date() - timedelta(days=_SKEW)
        found: datetime | None = None
        for day in _days_from(begin, SEARCHED):
            if found is not None and day > found.astimezone(zone).date() + timedelta(days=_SKEW):
                return found
            for due in self._of_day(day, zone):
                if due > instant and (found is None or due < found):
                    found = due
        if found is None:
            raise NotACron("never")
        return found

    def between(self, first: datetime, last: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
        """All instants from the first to the last one, both inclusive, in their order."""
        found = []
        due = self.after(first - timedelta(microseconds=1), zone)
        while due <= last:
            found.append(due)
            due = self.after(due, zone)
        return tuple(found)

    def _of_day(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        if self.has_day(day):
            for hour in sorted(self.hours):
                # The earlier of two; and of none, what the clock would say had it not been put forward.
                yield datetime.combine(day, time(hour, self.minute), zone).astimezone(UTC)


def _days_from(begin: date, length: timedelta) -> Iterator[date]:
    return (begin + timedelta(days=count) for count in range(length.days + 2 * _SKEW))


def _field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    """The numbers of one field. Raises NotACron."""
    found: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if slash and (not step.isascii() or not step.isdigit() or int(step) == 0 or (span != "*" and not dash)):
            raise NotACron("field", name)
        begin = low if span == "*" else _number(first, name)
        end = high if span == "*" else _number(last, name) if dash else begin
        if not low <= begin <= end <= high:
            raise NotACron("field", name)
        found.update(range(begin, end + 1, int(step) if slash else 1))
    return frozenset(found)


def _number(text: str, name: str) -> int:
    known = _NAMES.get(name, {})
    if text in known:
        return known[text]
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise NotACron("field", name)
    return int(text)
