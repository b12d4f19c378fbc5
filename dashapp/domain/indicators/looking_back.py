"""When it is looked at how right a list was, and what counts as right.

A course under way is looked at as of the Monday four weeks before this one's; one that is over as of the Monday in the
middle of its teaching, since all of it can be told then.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from dashapp.domain.events import Outcome
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.localtime import week_start

WEEKS_BACK: Final = 4
FIRST_WEEKS: Final = 2
"""Before so many weeks of teaching are over, a list says little."""
LOST: Final = frozenset({Outcome.FAIL, Outcome.WITHDRAWN})


class Now(StrEnum):
    """What can be told of those who are still there."""

    RULES = "rules"
    """Whether the rules list them now."""
    SILENT = "silent"
    """Nothing: no rule speaks, as in a break."""
    OVER = "over"
    """How the course ended for them, where a source has told."""


def looked_back(calendar: TeachingCalendar, today: date) -> date | None:
    """The Monday as of which the list is made again; None where teaching has not gone on for long enough by then."""
    if calendar.starts_on is None or today < calendar.starts_on:
        return None
    if calendar.ends_on is not None and today > calendar.ends_on:
        monday = week_start(calendar.starts_on + (calendar.ends_on - calendar.starts_on) / 2)
    else:
        monday = week_start(today) - timedelta(weeks=WEEKS_BACK)
    return monday if monday >= week_start(calendar.starts_on) + timedelta(weeks=FIRST_WEEKS) else None


def told_now(calendar: TeachingCalendar, today: date) -> Now:
    """What can be told of those who are still in the course."""
    if calendar.ends_on is not None and today > calendar.ends_on:
        return Now.OVER
    return Now.RULES if calendar.is_teaching(today) else Now.SILENT
