"""At which hours of which weekdays learners are active, from the active minutes of their local days."""

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.indicators.minutes import DayMinutes
from dashapp.domain.localtime import MINUTES_PER_DAY

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

HOURS: Final = 24
WEEKDAYS: Final = 7
QUARTERS: Final = MINUTES_PER_DAY // 15

ClockHours = Callable[[date], Longs]
"""The hour that clocks show in each quarter of an hour since the first instant of a local day; shape (100,)."""


def plain_hours() -> Longs:
    """The same for a day on which no clock is changed."""
    return np.minimum(np.arange(QUARTERS) // 4, HOURS - 1)


def active_hours(rows: DayMinutes, clock_hours: ClockHours) -> Longs:
    """weekday × 24 + hour, for every learner-day and hour in which anything was done, once each.

    `rows` has each (learner, day) once. Where an hour is repeated in autumn, both count as that hour.
    """
    width = rows.bits.shape[1] if rows.bits.ndim == 2 else 0
    flat = rows.bits.reshape(-1)
    used = np.flatnonzero(flat)
    # Only bytes with a bit in them are unpacked: a busy day has some 30 of its 1,500 minutes set.
    bit = np.flatnonzero(np.unpackbits(flat[used]))
    if not len(bit):
        return np.zeros(0, dtype=np.int64)
    row, byte = np.divmod(used[bit >> 3], width)
    minute = (byte << 3) + (bit & 7)
    kept = minute < MINUTES_PER_DAY
    row, minute = row[kept], minute[kept]
    days, at = np.unique(rows.day, return_inverse=True)
    table = np.stack([clock_hours(date.fromordinal(int(day))) for day in days])
    hour = table[at[row], minute // 15]
    # Bits of a row stand in the order of time, so what repeats stands side by side: nothing needs sorting.
    fresh = np.ones(len(row), dtype=bool)
    fresh[1:] = (row[1:] != row[:-1]) | (hour[1:] != hour[:-1])
    row, hour = row[fresh], hour[fresh]
    cell: Longs = (rows.day[row] - 1) % WEEKDAYS * HOURS + hour
    return cell


def hours_of_week(cell: Longs, first: date, last: date) -> Floats:
    """Learners active per weekday (Monday first) and hour, on average over [first, last]; shape (7, 24).

    `cell` is what `active_hours` gives. A weekday that does not lie in the range has 0.
    """
    days = np.arange(first.toordinal(), last.toordinal() + 1)
    number = np.bincount((days - 1) % WEEKDAYS, minlength=WEEKDAYS).reshape(WEEKDAYS, 1)
    counted = np.bincount(cell, minlength=WEEKDAYS * HOURS).reshape(WEEKDAYS, HOURS)
    return np.where(number > 0, counted / np.maximum(number, 1), 0.0)
