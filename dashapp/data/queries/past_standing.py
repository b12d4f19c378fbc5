"""How the learners of a course stood at an earlier instant, from what has been read already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.courses import Campus, Course
from dashapp.data.queries.standing import situation_of, with_results
from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.indicators.handins import Deadlines
from dashapp.domain.indicators.risk import Situation, Standing, assess
from dashapp.domain.indicators.scores import GradedWork, Marks, SubmissionRows, average_scores, known_since, marks

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of the learners of one course; arrays of the shape (learners,) but for the days, (days,)."""

    course: Course
    campus: Campus
    place: Longs
    """Of each learner-day: the learner's place."""
    day: Longs
    """Ordinals."""
    events: Longs
    work: Sequence[GradedWork]
    handed: SubmissionRows
    deadlines: Deadlines
    """Of which learner when; `joined_at` is NaN where no source knows it."""
    audience: Audience = Audience.NAMED
    minimum_group: int = MINIMUM_GROUP


@dataclass(frozen=True, slots=True)
class PastStanding:
    """The verdict on the learners of then; arrays of the shape (learners,), those of all others mean nothing."""

    standing: Standing
    """Of those who were there only, in their order."""
    averages: Floats
    """NaN for who was not there."""
    marks: Marks
    deadlines: Deadlines


def standing_at(known: Recorded, there: Flags, instant: datetime) -> PastStanding:
    """How those who were `there` stood at the instant. An event that came late counts where it belongs."""
    then, today = instant.timestamp(), known.campus.local.day_of(instant)
    before = known.day <= today.toordinal()
    rows = known.place[before], known.day[before], known.events[before]
    result = marks(_known_then(known.handed, then), known.work, len(there))
    limits = replace(known.deadlines, as_of=then)
    averages = np.where(there, average_scores(known.work, result.percent), np.nan)
    people = {"joined_at": known.deadlines.joined_at, "last_day": _last_days(rows[0], rows[1], len(there))}
    situation = situation_of(known.course, replace(known.campus, today=today), people, rows)
    situation = with_results(_those(situation, there), (*_only(there, result, limits), averages[there]), instant)
    course = known.course
    standing = assess(situation, course.calendar, course.rules, known.audience, known.minimum_group)
    return PastStanding(standing, averages, result, limits)


def _known_then(rows: SubmissionRows, then: float) -> SubmissionRows:
    kept = known_since(rows.submitted_at, rows.graded_at, rows.received_at) <= then
    return SubmissionRows(*(getattr(rows, name)[kept] for name in rows.__slots__))


def _last_days(place: Longs, day: Longs, learners: int) -> Longs:
    """The last day of each; 0: never, or before all that was read."""
    last = np.zeros(learners, dtype=np.int64)
    np.maximum.at(last, place, day)
    return last


def _those(situation: Situation, kept: Flags) -> Situation:
    """The situation of some of the learners."""
    changed = ("enrolled_day", "last_day", "week_events", "score", "missed")
    return replace(situation, **{name: getattr(situation, name)[kept] for name in changed})


def _only(kept: Flags, result: Marks, limits: Deadlines) -> tuple[Marks, Deadlines]:
    some = Marks(*(getattr(result, name)[kept] for name in result.__slots__))
    dates = replace(
        limits, due_at=limits.due_at[kept], closes_at=limits.closes_at[kept], joined_at=limits.joined_at[kept]
    )
    return some, dates
