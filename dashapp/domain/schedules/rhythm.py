"""What people choose in the place of a cron: daily, on some weekdays, on a day of the month; and back from a cron."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from dashapp.domain.schedules.cron import Cron

WEEKDAYS: Final = frozenset({1, 2, 3, 4, 5})
_EVERY_MONTH: Final = frozenset(range(1, 13))


class Every(StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    OTHERWISE = "otherwise"
    """As a cron says."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a schedule is due, as it is said in words."""

    every: Every
    at: time | None = None
    """Local time; None with OTHERWISE."""
    weekdays: frozenset[int] = frozenset()
    """With WEEK: 0 is Sunday."""
    day: int | None = None
    """With MONTH."""

    def cron(self) -> str:
        """As a cron. ValueError where the parts do not make one."""
        if self.at is None or self.every is Every.OTHERWISE:
            raise ValueError("this rhythm is written as a cron only")
        clock = f"{self.at.minute} {self.at.hour}"
        if self.every is Every.DAY:
            return f"{clock} * * *"
        if self.every is Every.MONTH:
            if self.day is None:
                raise ValueError("a day of the month is needed")
            return f"{clock} {self.day} * *"
        if not self.weekdays:
            raise ValueError("a weekday is needed")
        return f"{clock} * * {','.join(str(day) for day in sorted(self.weekdays))}"


def rhythm_of(cron: Cron) -> Rhythm:
    """What the cron comes to: OTHERWISE where it is none of the others."""
    if len(cron.hours) != 1 or cron.months != _EVERY_MONTH:
        return Rhythm(Every.OTHERWISE)
    at = time(next(iter(cron.hours)), cron.minute)
    if cron.days is None and cron.weekdays is None:
        return Rhythm(Every.DAY, at)
    if cron.days is None and cron.weekdays is not None:
        return Rhythm(Every.WEEK, at, cron.weekdays)
    if cron.weekdays is None and cron.days is not None and len(cron.days) == 1:
        return Rhythm(Every.MONTH, at, day=next(iter(cron.days)))
    return Rhythm(Every.OTHERWISE)
