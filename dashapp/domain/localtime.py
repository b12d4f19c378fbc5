"""Local days of an organisation, whose time zone may change from a date on while older days stay.

A day's minutes are counted from its first instant, so that days of 23 and of 25 hours fit into `MINUTES_PER_DAY` bits
and two instants that show the same clock time stay apart. Days follow each other without a gap and without an overlap:
where the zone changes to one further west, the last day of the old zone lasts until the first one of the new zone
begins. What is left of a day after its 25th hour falls on its last minute: so it does in Antarctica/Troll, which goes
back by two hours in autumn.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 1500
"""The longest local day in minutes: 25 hours."""

MOST_DAYS = 4_096
"""Whose first instants are remembered: some eleven years."""
_QUARTER = 900
"""Every offset change of the time-zone database since 1972 falls on a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class DatedZone:
    """The zone that holds from the local day `valid_from` on."""

    valid_from: date
    zone: str


class LocalDays:
    """Maps instants to (local day, minute of that day) for one organisation. Safe to share between threads."""

    __slots__ = ("_first_days", "_first_instant", "_last_days", "_locate_quarter", "_starts", "_zones")

    def __init__(self, zones: Sequence[DatedZone]) -> None:
        """`zones` in any order; before the first one the first one holds. An empty sequence means UTC."""
        ordered = sorted(zones, key=lambda z: z.valid_from) or [DatedZone(date.min, "UTC")]
        self._zones = [ZoneInfo(z.zone) for z in ordered]
        self._first_days = [z.valid_from for z in ordered]
        self._last_days = [day - timedelta(days=1) for day in self._first_days[1:]] + [date.max]
        self._starts = [
            datetime.combine(z.valid_from, time(), ZoneInfo(z.zone)).timestamp()
            if z.valid_from > date(1970, 1, 2)
            else 0.0
            for z in ordered
        ]
        self._locate_quarter = lru_cache(maxsize=65536)(self._first_minute_of_quarter)
        self._first_instant = lru_cache(maxsize=MOST_DAYS)(self._instant_of_first)

    def zone_at(self, epoch: float) -> ZoneInfo:
        """The zone that holds at an instant, given in seconds since 1970 in UTC."""
        return self._zones[self._index_at(epoch)]

    def first_instant(self, day: date) -> datetime:
        """The first instant of a local day, aware, in UTC."""
        return self._first_instant(day)

    def _instant_of_first(self, day: date) -> datetime:
        zone = self._zones[max(0, bisect_right(self._first_days, day) - 1)]
        return datetime.combine(day, time(), zone).astimezone(UTC)

    def locate(self, epoch: float) -> tuple[date, int]:
        """The local day of an instant, and the whole minutes elapsed since that day's first instant."""
        quarter, rest = divmod(int(epoch), _QUARTER)
        day, minute = self._locate_quarter(quarter)
        return day, min(minute + rest // 60, MINUTES_PER_DAY - 1)

    def day_of(self, instant: datetime) -> date:
        """The local day of an aware instant."""
        return self.locate(instant.timestamp())[0]

    def _index_at(self, epoch: float) -> int:
        return max(0, bisect_right(self._starts, epoch) - 1)

    def _first_minute_of_quarter(self, quarter: int) -> tuple[date, int]:
        epoch = quarter * _QUARTER
        index = self._index_at(epoch)
        zone = self._zones[index]
        day = min(datetime.fromtimestamp(epoch, zone).date(), self._last_days[index])
        elapsed = epoch - datetime.combine(day, time(), zone).timestamp()
        return day, max(0, int(elapsed // 60))


@lru_cache(maxsize=8)
def local_days(zones: tuple[DatedZone, ...]) -> LocalDays:
    """The same calendar for the same zones, since it remembers what it has located: some ten megabytes at most."""
    return LocalDays(zones)


def week_start(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
