"""What the learners of a course have touched and completed, one by one, for what its page says of units.

A row per learner holds all that they touched, packed: the rows come in the order of an index, so that nothing is sorted
and nothing joined. Joined to their activities one by one, the 290,000 pairs of a large course took longer than
everything else that its page asks for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, text

from dashapp.data.queries.days import places
from dashapp.data.queries.standing import CourseStanding
from dashapp.domain.indicators.progress import BY_VIEW
from dashapp.domain.keys import OrganisationId

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Content:
    """The activities of a course, ordered by key; arrays of the shape (activities,)."""

    activity: Longs
    unit: Longs
    """Key of the unit; 0: in none."""
    published: Flags
    by_view: Flags
    """Whether a first view completes it."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One row per learner and activity with anything; shape (n,)."""

    content: Content
    learner: Longs
    """Place in the standing's people."""
    activity: Longs
    """Place in `content`."""
    said: Flags
    """Whether an event has said that it is completed."""

    def completed(self) -> Flags:
        """Published, and completed by saying so, or by looking where nothing else can be done."""
        return np.asarray(
            (self.said | self.content.by_view[self.activity]) & self.content.published[self.activity], dtype=bool
        )


def read_touched(
    connection: Connection, organisation: OrganisationId, one: CourseStanding, instant: datetime
) -> Touched:
    """Of all learners of a standing, as of the instant; one statement."""
    values = {"organisation": organisation, "course": one.course.course_id, "as_of": instant}
    activities: list[Row[Any]] = []
    learners: list[Row[Any]] = []
    for row in connection.execute(_STATEMENT, values):
        (activities if row.touched is None else learners).append(row)
    activities.sort(key=lambda row: row.key)
    content = Content(
        np.array([row.key for row in activities], dtype=np.int64),
        np.array([row.unit_id or 0 for row in activities], dtype=np.int64),
        np.array([row.published for row in activities], dtype=np.bool_),
        np.array([row.activity_type in BY_VIEW for row in activities], dtype=np.bool_),
    )
    at, enrolled = places(one.people, np.array([row.key for row in learners], dtype=np.int64))
    packed = [np.frombuffer(row.touched, dtype=">i8") for row in learners]
    kept = [(place, each) for place, each, known in zip(at.tolist(), packed, enrolled.tolist(), strict=True) if known]
    if not kept:
        return Touched(content, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, bool))
    codes = np.concatenate([each for _place, each in kept]).astype(np.int64)
    learner = np.repeat([place for place, _each in kept], [len(each) for _place, each in kept])
    activity, known = places(content.activity, codes >> 1)
    return Touched(content, learner[known], activity[known], (codes[known] & 1).astype(bool))


_STATEMENT: Final = text(
    """
    SELECT a.activity_id AS key, a.unit_id, a.published_at IS NULL OR a.published_at <= :as_of AS published,
        a.activity_type, CAST(NULL AS bytea) AS touched
    FROM activities a WHERE a.organisation_id = :organisation AND a.course_id = :course
    UNION ALL
    SELECT l.person_id, NULL, NULL, NULL,
        string_agg(int8send(l.activity_id * 2 + CASE WHEN l.completed_at <= :as_of THEN 1 ELSE 0 END), '')
    FROM learner_activities l WHERE l.organisation_id = :organisation AND l.course_id = :course GROUP BY l.person_id
    """
)
