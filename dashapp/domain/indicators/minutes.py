"""Time on task from active minutes, for any θ, without a loop over people.

An active minute is one in which an event fell. Two active minutes at most θ apart belong to one session and the time
between them counts; a longer gap ends the session, whose last minute counts once. This is the "inactivity threshold"
of Kovanović et al. 2015 ("Does time-on-task estimation matter?", Journal of Learning Analytics 2(3)); they advise to
state θ beside every figure, since it moves the result.

Gaps are filled over consecutive days: minutes are put on one line by the first instant of their local day, so that a
session over midnight is one session, also on days of 23 and 25 hours. Over several courses the minutes are united
first and filled then, since one person's hours cannot be added over courses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.localtime import MINUTES_PER_DAY

THETA = 30
"""Minutes: the default threshold."""

Longs = NDArray[np.int64]
FirstMinute = Callable[[date], int]
"""The first instant of a local day, in whole minutes since 1970."""


@dataclass(frozen=True, slots=True)
class DayMinutes:
    """Packed learner-days. Rows may come in any order and several times per (learner, day): they are united."""

    learner: Longs
    """Any integer that names a learner; shape (n,)."""
    day: Longs
    """Proleptic ordinal of the local day; shape (n,)."""
    bits: NDArray[np.uint8]
    """Active minutes of the day, most significant bit first; shape (n, 188)."""


@dataclass(frozen=True, slots=True)
class TimePerDay:
    """Minutes on task and sessions begun, per learner and local day with any; sorted by (learner, day)."""

    learner: Longs
    day: Longs
    minutes: Longs
    sessions: Longs

    @property
    def total(self) -> int:
        """All minutes together."""
        return int(self.minutes.sum())


def _active_minutes(rows: DayMinutes, first_minute: FirstMinute) -> tuple[Longs, Longs, Longs]:
    """(learner, day, minutes since 1970) of each active minute, sorted and united.

    Only bytes with a bit in them are unpacked: a busy day has some 30 of its 1,500 minutes set.
    """
    row, byte = np.nonzero(rows.bits)
    inside, bit = np.nonzero(np.unpackbits(rows.bits[row, byte][:, None], axis=1))
    row, index = row[inside], byte[inside] * 8 + bit
    kept = index < MINUTES_PER_DAY
    row, index = row[kept], index[kept]
    days, place = np.unique(rows.day, return_inverse=True)
    starts = np.array([first_minute(date.fromordinal(int(day))) for day in days], dtype=np.int64)
    learner, day, minute = rows.learner[row], rows.day[row], starts[place[row]] + index
    order = np.lexsort((minute, learner))
    learner, day, minute = learner[order], day[order], minute[order]
    fresh = np.ones(len(minute), dtype=bool)
    fresh[1:] = (learner[1:] != learner[:-1]) | (minute[1:] != minute[:-1])
    return learner[fresh], day[fresh], minute[fresh]


def _summed(learner: Longs, day: Longs, minutes: Longs, sessions: Longs) -> TimePerDay:
    order = np.lexsort((day, learner))
    learner, day, minutes, sessions = learner[order], day[order], minutes[order], sessions[order]
    begins = np.ones(len(learner), dtype=bool)
    begins[1:] = (learner[1:] != learner[:-1]) | (day[1:] != day[:-1])
    at = np.flatnonzero(begins)
    if not len(at):
        return TimePerDay(learner, day, minutes, sessions)
    return TimePerDay(learner[at], day[at], np.add.reduceat(minutes, at), np.add.reduceat(sessions, at))


def time_on_task(rows: DayMinutes, first_minute: FirstMinute, theta: int = THETA) -> TimePerDay:
    """Minutes on task per learner and local day, gaps of at most `theta` minutes filled.

    A filled minute belongs to the local day in which it lies; a session belongs to the day in which it begins.
    """
    learner, day, minute = _active_minutes(rows, first_minute)
    if not len(minute):
        return TimePerDay(learner, day, minute, minute)
    gap = np.full(len(minute), theta + 1, dtype=np.int64)
    gap[:-1] = np.where(learner[1:] == learner[:-1], minute[1:] - minute[:-1], theta + 1)
    joined = gap <= theta
    length = np.where(joined, gap, 1)
    begins = np.ones(len(minute), dtype=np.int64)
    begins[1:] = ~joined[:-1]
    # A filled gap may reach into the next local day: what lies behind that day's first instant is counted there.
    days, place = np.unique(day, return_inverse=True)
    ends = np.array([first_minute(date.fromordinal(int(one) + 1)) for one in days], dtype=np.int64)[place]
    beyond = np.clip(minute + length - ends, 0, None)
    over = beyond > 0
    none = np.zeros(int(over.sum()), dtype=np.int64)
    return _summed(
        np.concatenate([learner, learner[over]]),
        np.concatenate([day, day[over] + 1]),
        np.concatenate([length - beyond, beyond[over]]),
        np.concatenate([begins, none]),
    )
