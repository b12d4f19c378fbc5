"""When it is looked at what came after a message to a learner, and what is looked at.

A learner is looked at three times: as of the moment in which somebody wrote, and as of the beginning of the local day
on which the 7 and the 14 days after the mail are over. The day of the mail counts on neither side: what stood before it
and what came after it are one row of the aggregates. None of it says why something changed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from dashapp.domain.localtime import LocalDays
from dashapp.domain.views.standing import Level

STEPS: Final = (0, 7, 14)
"""Days after the mail; 0: when it was written."""
WINDOW: Final = 7
"""Active time, events and active days are those of so many local days before."""


@dataclass(frozen=True, slots=True)
class Situation:
    """How a learner stands in a course as of an instant."""

    level: Level | None
    """None: no rule speaks then, as before teaching starts and in breaks."""
    score: float | None
    progress: float | None
    """Completed in % of what was published by then; None where nothing was."""
    minutes: int | None
    """Active minutes in the window; None where the sources of the course record no times."""
    events: int
    active_days: int


@dataclass(frozen=True, slots=True)
class Written:
    """When a message was written, and when its mail was sent."""

    created_at: datetime
    sent_at: datetime


def looked_at(written: Written, days_after: int, local: LocalDays) -> datetime:
    """The instant as of which a learner is looked at, so many days after the mail."""
    if days_after == 0:
        return written.created_at
    return local.first_instant(local.day_of(written.sent_at) + timedelta(days=days_after + 1))


def window(today: date) -> tuple[date, date]:
    """First and last of the days that are summed up on a day: those before it."""
    return today - timedelta(days=WINDOW), today - timedelta(days=1)
