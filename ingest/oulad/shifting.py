"""From the archive's days, counted from a presentation's start, to days and instants of the present."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.oulad.archive import Archive, ArchiveError, Table

STARTS = {"B": (2, 1), "J": (10, 1)}
"""Month and day on which a presentation starts, by the letter behind its year, as the archive's authors document it."""
NOON = time(12)
"""The archive records days only. Noon stands for a day: it lies in that day whatever the clocks do."""

Presentation = tuple[str, str]
"""(code_module, code_presentation)"""


@dataclass(frozen=True, slots=True)
class Run:
    """One presentation of a module, in shifted days. `ends_on` is inclusive: day `length`, the last one with clicks."""

    module: str
    presentation: str
    starts_on: date
    ends_on: date

    @property
    def value(self) -> str:
        """What the archive's course is called in identifiers: `AAA-2013J`."""
        return f"{self.module}-{self.presentation}"


@dataclass(frozen=True, slots=True)
class ShiftedDays:
    """The days of the archive after the shift, as instants of the organisation's time zone."""

    shift: timedelta
    zone: ZoneInfo
    runs: Mapping[Presentation, Run]
    _noons: dict[date, datetime] = field(default_factory=dict, repr=False, compare=False)

    def noon(self, run: Run, day: int) -> datetime:
        """The instant that stands for a day of a presentation; days before its start are negative."""
        local = run.starts_on + timedelta(days=day)
        instant = self._noons.get(local)
        if instant is None:
            instant = self._noons[local] = datetime.combine(local, NOON, self.zone).astimezone(UTC)
        return instant

    def first_instant(self, run: Run, day: int) -> datetime:
        """The first instant of a local day."""
        return datetime.combine(run.starts_on + timedelta(days=day), time(), self.zone).astimezone(UTC)

    def last_minute(self, run: Run, day: int) -> datetime:
        """23:59 of a local day: when work that is due on that day is due."""
        return datetime.combine(run.starts_on + timedelta(days=day), time(23, 59), self.zone).astimezone(UTC)


def start_of(presentation: str) -> date:
    """The day on which a presentation really started: February 1 for B, October 1 for J."""
    year, letter = presentation[:4], presentation[4:]
    if not year.isdecimal() or letter not in STARTS:
        raise ArchiveError(
            f"courses.csv names a presentation {presentation!r}, which is no year with B or J behind it."
        )
    return date(int(year), *STARTS[letter])


def lengths(archive: Archive) -> dict[Presentation, int]:
    """The length of every presentation in days."""
    found: dict[Presentation, int] = {}
    for row in archive.rows(Table.COURSES):
        module, presentation, length = row.values
        if not length.strip().isdecimal():
            raise ArchiveError(f"courses.csv gives no length in row {row.position}.")
        found[module, presentation] = int(length)
    if not found:
        raise ArchiveError("courses.csv has no rows.")
    return found


def shift_to(archive: Archive, last_day: date) -> timedelta:
    """Whole weeks, so that weekdays stay, by which the archive moves for its last presentation to end on `last_day` or
    up to six days before."""
    end = max(start_of(presentation) + timedelta(days=days) for (_, presentation), days in lengths(archive).items())
    return timedelta(days=(last_day - end).days // 7 * 7)


def shifted_days(archive: Archive, shift: timedelta, zone: str) -> ShiftedDays:
    """All presentations of the archive after a shift."""
    runs = {
        (module, presentation): Run(
            module,
            presentation,
            start_of(presentation) + shift,
            start_of(presentation) + shift + timedelta(days=length),
        )
        for (module, presentation), length in lengths(archive).items()
    }
    return ShiftedDays(shift, ZoneInfo(zone), runs)
