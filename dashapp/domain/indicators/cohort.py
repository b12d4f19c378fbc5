"""Which learners of a course are chosen, and by which days: the filters of a classroom's page, combined by "and".

Levels, scores and last days are those that the whole course gave: a choice never moves what it chooses by.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.filters import Band, Filters, Seen, Span
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.views import Level

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

SPAN_DAYS = {Span.WEEK: 7, Span.MONTH: 28}
"""Of the presets of dates: so many local days up to today, today included."""
SEEN_DAYS = 7
_BANDS = {Band.LOW: (0, 40), Band.MIDDLE: (40, 60), Band.GOOD: (60, 80), Band.HIGH: (80, np.inf)}


@dataclass(frozen=True, slots=True)
class Members:
    """What filters choose by, of the learners of one course; everything has one entry per place of a learner."""

    ids: Sequence[UUID | None]
    """None: whom the reader does not see by name is never chosen."""
    sections: Sequence[Collection[str]]
    groups: Sequence[Collection[str]]
    levels: Sequence[Level]
    """Judged against the whole course."""
    last_day: Longs
    """Ordinal of the last active day; 0: never."""
    scores: Floats
    """0 to 100; NaN: nothing graded."""
    used: Flags | None = None
    """Whether each did something of `Filters.activity` on the shown days; None where nobody asks."""


def chosen_places(members: Members, filters: Filters, today: date, sections: Collection[str]) -> Longs:
    """The places of the learners whom the filters choose, in order.

    `sections` are those of the course. A section or a group that the course does not have is ignored, and so are picked
    learners none of whom is in the course.
    """
    kept = np.array([one is not None for one in members.ids], dtype=bool)
    if filters.section in sections:
        kept &= np.array([filters.section in held for held in members.sections], dtype=bool)
    held_groups = set().union(*members.groups)
    if filters.group in held_groups:
        kept &= np.array([filters.group in held for held in members.groups], dtype=bool)
    if filters.level is not None:
        kept &= np.array([level.value == filters.level for level in members.levels], dtype=bool)
    if filters.seen is not None:
        kept &= _seen(members.last_day, filters.seen, today)
    if filters.score is not None:
        kept &= _within(members.scores, filters.score)
    if filters.activity is not None and members.used is not None:
        kept &= members.used
    if filters.learners:
        picked = np.array([one in filters.learners for one in members.ids], dtype=bool)
        kept &= picked if picked.any() else True
    return np.flatnonzero(kept)


def other_choice(filters: Filters, sections: Collection[str], groups: Collection[str]) -> Filters | None:
    """The second choice that `filters.against` names; None where it names none, nothing that the course has, or
    everybody else."""
    kind, _colon, name = (filters.against or "").partition(":")
    if kind == "section" and name in sections:
        return Filters(section=name)
    if kind == "group" and name in groups:
        return Filters(group=name)
    if kind == "query":
        return Filters.of_query(dict(parse_qsl(name, errors="ignore")))
    return None


def _seen(last_day: Longs, seen: Seen, today: date) -> Flags:
    ever, since = last_day > 0, today.toordinal() - last_day
    flags = {
        Seen.TODAY: ever & (since <= 0),
        Seen.WEEK: ever & (since < SEEN_DAYS),
        Seen.LONGER: ever & (since >= SEEN_DAYS),
        Seen.NEVER: ~ever,
    }
    return flags[seen]


def _within(scores: Floats, band: Band) -> Flags:
    if band is Band.NONE:
        return np.isnan(scores)
    low, high = _BANDS[band]
    with np.errstate(invalid="ignore"):
        return np.asarray((scores >= low) & (scores < high), dtype=bool)


def asked_days(filters: Filters, calendar: TeachingCalendar, today: date) -> tuple[date | None, date | None]:
    """The first and last day that the filters ask for; None: whatever the page shows by itself.

    The term so far is that of the course: from its first day up to today, or to its last day where that is over.
    """
    if filters.span is None:
        return filters.first, filters.last
    if filters.span is not Span.TERM:
        return today - timedelta(days=SPAN_DAYS[filters.span] - 1), today
    return calendar.starts_on, None
