"""Who was active in a window of time, from learner-days that know their first and last instant, or only the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.localtime import LocalDays

ACTIVE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Window:
    """[start, end) in seconds since 1970, and (after, until] in ordinals of local days for what knows only days."""

    start: float
    end: float
    after: int
    until: int

    def holds(self, rows: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Whether each learner-day has an event in the window.

        `rows` has `day`, `first_at` and `last_at` (NaN: only the day is known), each of the shape (n,). Exact, since a
        window is longer than a day: it begins or ends within a learner-day, never both.
        """
        known = ~np.isnan(rows["last_at"])
        with np.errstate(invalid="ignore"):
            timed = (rows["last_at"] >= self.start) & (rows["first_at"] < self.end)
        dated = (rows["day"] > self.after) & (rows["day"] <= self.until)
        return np.where(known, timed, dated)


def last_days(local: LocalDays, as_of: datetime, back: int = 0) -> Window:
    """The 7 × 24 h before `as_of`, or `back` weeks earlier; for what knows only days, the 7 local days up to today."""
    end = as_of - timedelta(days=ACTIVE_DAYS * back)
    start = end - timedelta(days=ACTIVE_DAYS)
    return Window(start.timestamp(), end.timestamp(), local.day_of(start).toordinal(), local.day_of(end).toordinal())
