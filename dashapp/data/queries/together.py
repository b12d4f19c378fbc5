"""The learners of several courses put together: different people, by day, by week, and of late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.course_parts import CoursePart, WeekSets
from dashapp.domain.indicators.activity import Window
from dashapp.domain.keys import CourseId

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
DAYS = 7
NOBODY = np.zeros(0, dtype=np.int64)
"""Of no course."""


@dataclass(frozen=True, slots=True)
class Together:
    """The learners of all courses one below the other, course by course; arrays of the shape (learners,)."""

    courses: tuple[CourseId, ...]
    number: Longs
    """How many learners each course has; shape (courses,)."""
    person: Longs
    active: tuple[Flags, Flags]
    """Who has an event in the last 7 × 24 h, and in the 7 × 24 h before."""
    weeks: WeekSets
    """On which of the days of the shown weeks each was there; shape (learners, weeks)."""

    def rows(self, keys: Collection[CourseId]) -> Flags:
        """Whose course is one of these."""
        inside = [course in keys for course in self.courses]
        return np.repeat(np.array(inside, dtype=bool), self.number)

    def people(self, rows: Flags) -> int:
        """Different people: never added up over courses."""
        return len(np.unique(self.person[rows]))

    def sets(self, rows: Flags) -> WeekSets:
        """The sets of days of each different person, in any of their courses; shape (people, weeks)."""
        person = self.person[rows]
        order = np.argsort(person, kind="stable")
        return _each_or(self.weeks[rows][order], np.flatnonzero(np.diff(person[order], prepend=-1)))

    def taught(self, keys: Sequence[CourseId]) -> WeekSets:
        """On which days anybody was there in each of these courses, in their order; shape (courses, weeks)."""
        ends = np.cumsum(self.number)
        bounds = {key: (end - number, end) for key, number, end in zip(self.courses, self.number, ends, strict=True)}
        found = [np.bitwise_or.reduce(self.weeks[slice(*bounds[key])], axis=0) for key in keys]
        return np.array(found, dtype=np.uint8).reshape(len(keys), self.weeks.shape[1])

    def counts(self, flags: Flags) -> dict[CourseId, int]:
        """How many learners of each course are flagged."""
        ends = np.cumsum(self.number)
        sums = np.concatenate([[0], np.cumsum(flags)])
        counted = sums[ends] - sums[ends - self.number]
        return dict(zip(self.courses, counted.tolist(), strict=True))


def put_together(
    parts: Mapping[CourseId, CoursePart], windows: tuple[Window, Window], starts: Sequence[date]
) -> Together:
    """The learners of these courses; `starts`: the Mondays of the shown weeks."""
    number = np.array([len(part.people) for part in parts.values()], dtype=np.int64)
    begins = np.cumsum(number) - number
    person = np.concatenate([NOBODY, *(part.people for part in parts.values())])
    recent = {
        name: np.concatenate([NOBODY, *(part.recent[name] for part in parts.values())])
        for name in ("day", "first_at", "last_at")
    }
    places = [part.recent["place"] + begin for part, begin in zip(parts.values(), begins, strict=True)]
    row = np.concatenate([NOBODY, *places])
    active = [np.zeros(len(person), dtype=bool) for _window in windows]
    for flags, window in zip(active, windows, strict=True):
        flags[row[window.holds(recent)]] = True
    weeks = np.zeros((len(person), len(starts)), dtype=np.uint8)
    for part, begin in zip(parts.values(), begins, strict=True):
        shift = (part.monday - starts[0].toordinal()) // DAYS
        first, last = max(shift, 0), min(shift + part.weeks.shape[1], len(starts))
        if first < last:
            weeks[begin : begin + len(part.people), first:last] = part.weeks[:, first - shift : last - shift]
    return Together(tuple(parts), number, person, (active[0], active[1]), weeks)


def by_day(sets: WeekSets, length: int) -> Longs:
    """How many of the sets hold each of the first `length` days."""
    counted = [((sets >> day) & 1).sum(axis=0, dtype=np.int64) for day in range(DAYS)]
    return np.array(counted, dtype=np.int64).T.reshape(-1)[:length]


def in_weeks(sets: WeekSets, first: int, last: int) -> int:
    """How many of the sets hold any day of these weeks, both inclusive."""
    return int(sets[:, first : last + 1].any(axis=1).sum())


def _each_or(sets: WeekSets, begins: Longs) -> WeekSets:
    return np.bitwise_or.reduceat(sets, begins, axis=0) if len(begins) else sets
