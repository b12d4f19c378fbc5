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

WORD = 4
"""Bytes."""

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


@dataclass(frozen=True, slots=True)
class _Marks:
    """Active minutes on one line: sorted by (learner, minute), none twice; all of the shape (minutes,)."""

    learner: Longs
    day: Longs
    minute: Longs
    """Since 1970."""
    day_end: Longs
    """The first minute of the next local day."""


def _united(rows: DayMinutes) -> DayMinutes:
    """One row per (learner, day), in this order."""
    order = np.lexsort((rows.day, rows.learner))
    learner, day, bits = rows.learner[order], rows.day[order], rows.bits[order]
    begins = _begins(learner, day)
    if len(begins) == len(learner):
        return DayMinutes(learner, day, bits)
    united = bits[begins]
    run = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(learner))))
    nth = np.arange(len(learner)) - begins[run]
    # The second course of a day, the third, … : as many steps as one learner has courses with minutes on one day.
    for number in range(1, int(nth.max(initial=0)) + 1):
        further = nth == number
        united[run[further]] |= bits[further]
    return DayMinutes(learner[begins], day[begins], united)


def _begins(learner: Longs, day: Longs) -> Longs:
    """Where a run of equal (learner, day) begins."""
    fresh = np.ones(len(learner), dtype=bool)
    fresh[1:] = (learner[1:] != learner[:-1]) | (day[1:] != day[:-1])
    return np.flatnonzero(fresh)


def _active_minutes(rows: DayMinutes, first_minute: FirstMinute) -> _Marks:
    """The active minutes of rows that are united.

    Only bytes with a bit in them are unpacked: a busy day has some 30 of its 1,500 minutes set. Rows are in order, and
    so are the bits of a row, so the minutes need no sorting, which would be the dearest step.
    """
    width = rows.bits.shape[1]
    used = _used_bytes(rows.bits)
    bit = np.flatnonzero(np.unpackbits(rows.bits.reshape(-1)[used]))
    row, byte = np.divmod(used[bit >> 3], width)
    index = (byte << 3) + (bit & 7)
    kept = index < MINUTES_PER_DAY
    row, index = row[kept], index[kept]
    if not len(row):
        nothing = np.zeros(0, dtype=np.int64)
        return _Marks(nothing, nothing, nothing, nothing)
    first = int(rows.day.min())
    starts = np.array(
        [first_minute(date.fromordinal(day)) for day in range(first, int(rows.day.max()) + 2)], dtype=np.int64
    )
    day = rows.day[row]
    return _Marks(rows.learner[row], day, starts[day - first] + index, starts[day - first + 1])


def _used_bytes(bits: NDArray[np.uint8]) -> Longs:
    """The places of bytes with anything in them, looked for by four bytes at once, since nearly all are zero."""
    flat = np.ascontiguousarray(bits).reshape(-1)
    if len(flat) % WORD:
        return np.flatnonzero(flat)
    word = np.flatnonzero(flat.view(np.uint32))
    inside = (word[:, np.newaxis] * WORD + np.arange(WORD)).reshape(-1)
    return np.asarray(inside[flat[inside] != 0], dtype=np.int64)


def time_on_task(rows: DayMinutes, first_minute: FirstMinute, theta: int = THETA) -> TimePerDay:
    """Minutes on task per learner and local day, gaps of at most `theta` minutes filled.

    A filled minute belongs to the local day in which it lies; a session belongs to the day in which it begins.
    """
    marks = _active_minutes(_united(rows), first_minute)
    if not len(marks.minute):
        return TimePerDay(marks.learner, marks.day, marks.minute, marks.minute)
    gap = np.full(len(marks.minute), theta + 1, dtype=np.int64)
    gap[:-1] = np.where(marks.learner[1:] == marks.learner[:-1], np.diff(marks.minute), theta + 1)
    joined = gap <= theta
    length = np.where(joined, gap, 1)
    begun = np.ones(len(marks.minute), dtype=np.int64)
    begun[1:] = ~joined[:-1]
    # A filled gap may reach into the next local day: what lies behind that day's first instant is counted there.
    beyond = np.clip(marks.minute + length - marks.day_end, 0, None)
    begins = _begins(marks.learner, marks.day)
    own = TimePerDay(
        marks.learner[begins],
        marks.day[begins],
        np.add.reduceat(length - beyond, begins),
        np.add.reduceat(begun, begins),
    )
    over = np.flatnonzero(beyond)
    return _with_next_days(own, TimePerDay(marks.learner[over], marks.day[over] + 1, beyond[over], over * 0))


def _with_next_days(own: TimePerDay, over: TimePerDay) -> TimePerDay:
    """The sums of both, by (learner, day)."""
    if not len(over.day):
        return own
    learner, day = np.concatenate([own.learner, over.learner]), np.concatenate([own.day, over.day])
    minutes, sessions = np.concatenate([own.minutes, over.minutes]), np.concatenate([own.sessions, over.sessions])
    order = np.lexsort((day, learner))
    begins = _begins(learner[order], day[order])
    return TimePerDay(
        learner[order][begins],
        day[order][begins],
        np.add.reduceat(minutes[order], begins),
        np.add.reduceat(sessions[order], begins),
    )
