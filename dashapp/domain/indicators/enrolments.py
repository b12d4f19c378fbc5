"""Who was ever enrolled in a course, from when to when: enrolments, withdrawals, who stays, and how it ended.

Learners of one course stand in arrays of the shape (learners,). Instants are seconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.events import Outcome

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEEKS_OF_PERIOD: Final = 4
"""Weeks of a period of the retention triangle."""
DAYS_OF_PERIOD: Final = 7 * WEEKS_OF_PERIOD
START_SECONDS: Final = 7 * 86_400
"""Who joins within the first week of teaching was there at the start."""
CODES: Final = {Outcome.DISTINCTION: 1, Outcome.PASS: 2, Outcome.FAIL: 3, Outcome.WITHDRAWN: 4}
"""Outcomes as numbers, 0: none is known."""
PASSED: Final = (CODES[Outcome.DISTINCTION], CODES[Outcome.PASS])
COMPLETED: Final = (*PASSED, CODES[Outcome.FAIL])


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Everybody who has ever been enrolled in one course, once each, sorted by key."""

    person: Longs
    starts: Floats
    """The first day of all; minus infinity where a source knows no start."""
    ends: Floats
    """Infinity for those who are enrolled at the as-of."""
    outcome: Longs
    """By `CODES`."""

    def at_start(self, starts_at: float) -> Flags:
        """Who had joined by the end of the first week of teaching, and had not left before it began."""
        return np.asarray((self.starts < starts_at + START_SECONDS) & (self.ends > starts_at), dtype=bool)

    def joined_between(self, edges: Sequence[float]) -> Longs:
        """How many joined in each span between two edges; those without a known start in none."""
        return _between(self.starts, edges)

    def left_between(self, edges: Sequence[float]) -> Longs:
        """How many left in each span between two edges."""
        return _between(self.ends, edges)

    def left(self) -> int:
        """Withdrawals: learners who were enrolled once and are no more."""
        return int(np.isfinite(self.ends).sum())

    def still_enrolled(self, starts_at: float, edges: Sequence[float]) -> tuple[float, ...]:
        """Of those who were there at the start, % who are still enrolled at each edge; nothing without anybody."""
        ends = self.ends[self.at_start(starts_at)]
        return tuple(100.0 * float((ends > edge).mean()) for edge in edges) if len(ends) else ()


def _between(instants: Floats, edges: Sequence[float]) -> Longs:
    known = instants[np.isfinite(instants)]
    return np.histogram(known, bins=np.array(edges, dtype=np.float64))[0].astype(np.int64)


def enrolments_of(rows: Mapping[str, NDArray[Any]], members: Longs) -> Enrolments:
    """From the intervals of one course: `person_id`, `starts_at`, `ends_at` (NaN: none), `outcome`. Any order.

    `members`: who is a learner at the as-of, whatever the intervals say; who is in neither counts nowhere.
    """
    person, place = np.unique(np.concatenate([rows["person_id"], members]), return_inverse=True)
    given = place[: len(rows["person_id"])]
    starts, ends = np.full(len(person), np.inf), np.full(len(person), -np.inf)
    outcome = np.zeros(len(person), dtype=np.int64)
    np.minimum.at(starts, given, np.where(np.isnan(rows["starts_at"]), -np.inf, rows["starts_at"]))
    np.maximum.at(ends, given, np.where(np.isnan(rows["ends_at"]), np.inf, rows["ends_at"]))
    np.maximum.at(outcome, given, rows["outcome"])
    now = np.isin(person, members)
    met = np.isposinf(starts)
    ends = np.where(now, np.inf, np.where(np.isposinf(ends), -np.inf, ends))
    # Who is no member and whose interval has no end is staff by now, say: neither here nor gone.
    kept = now | np.isfinite(ends)
    return Enrolments(person[kept], np.where(met, -np.inf, starts)[kept], ends[kept], outcome[kept])


def completion(outcome: Longs) -> tuple[int, int, int]:
    """(known, completed, passed): with an outcome; those of them who did not withdraw; with a pass or a distinction."""
    known, completed, passed = (
        np.isin(outcome, codes).sum() for codes in ((*COMPLETED, CODES[Outcome.WITHDRAWN]), COMPLETED, PASSED)
    )
    return int(known), int(completed), int(passed)


def retention(person: Longs, period: Longs, cohort: Longs, periods: int) -> tuple[float, ...]:
    """% of the cohort who were active in each period. `person` and `period`: one pair per learner and period."""
    there = np.isin(person, cohort) & (period >= 0) & (period < periods)
    counted = np.bincount(period[there], minlength=periods)
    return tuple(100.0 * float(count) / len(cohort) for count in counted) if len(cohort) else ()
