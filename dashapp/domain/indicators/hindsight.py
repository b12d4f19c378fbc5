"""How right the list of those who need help was: looked at afterwards, for days that lie far enough back.

Precision and recall of an early-warning list at points in time of a course, as in Macfadyen & Dawson 2010 (doi
10.1016/j.compedu.2009.09.008); the comparison with those who were not listed says what a list drawn by lot would give.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from dashapp.domain.events import Outcome
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.enrolments import CODES, Enrolments, Flags
from dashapp.domain.views import Level
from dashapp.domain.views.hindsight import Checkpoint

DAYS_APART: Final = 28
LEAST_LATER: Final = 28
"""So many days must have passed since: who was listed yesterday cannot have left for it."""
MOST: Final = 12
"""The newest checkpoints of a course without an end."""
_LOST: Final = (CODES[Outcome.FAIL], CODES[Outcome.WITHDRAWN])


def checkpoint_days(calendar: TeachingCalendar, today: date) -> tuple[date, ...]:
    """The days that are looked at: every fourth week of teaching that lies far enough back, the oldest first.

    A day on which no rule speaks, as in a break, is left out; so is what less than four weeks of teaching follow.
    """
    if calendar.starts_on is None:
        return ()
    end = min(today, calendar.ends_on) if calendar.ends_on else today
    most = (end - calendar.starts_on).days
    days = [calendar.starts_on + timedelta(days=passed) for passed in range(DAYS_APART, most, DAYS_APART)]
    return tuple(day for day in days if day + timedelta(days=LEAST_LATER) <= end and calendar.is_teaching(day))[-MOST:]


def lost(enrolments: Enrolments, end: float) -> Flags:
    """Who has left before the course ended, or did not pass it; `end`: seconds since 1970, infinity while it goes on.

    Who left is a withdrawal; who has an outcome that says so has failed or withdrawn. An enrolment that ends with the
    course is none.
    """
    left = np.isfinite(enrolments.ends) & (enrolments.ends < end)
    return np.asarray(left | np.isin(enrolments.outcome, _LOST), dtype=bool)


def checkpoint(day: date, week: int, levels: Sequence[Level], fate: Flags) -> Checkpoint:
    """One day. `levels` and `fate` are those of the learners of then, in the same order."""
    listed = np.array([level is Level.HELP for level in levels], dtype=bool)
    return Checkpoint(
        day, week,
        int(listed.sum()), int((listed & fate).sum()),
        int((~listed).sum()), int((~listed & fate).sum()),
    )  # fmt: skip
