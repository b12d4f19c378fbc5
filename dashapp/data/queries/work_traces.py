"""What learners have left in a course besides days, submissions and touched activities, in one statement: answers to
questions, posts, stretches of videos, and events by type of activity; with the units of the course.

Each row is one group of one kind: a unit, a question, the forum, a video, a type. What a group
holds per learner stands packed in up to four columns of bytes whose elements belong together by their place. As rows of
their own, the answers to a large course's quizzes would cost more time than everything that is computed from them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, text

from dashapp.domain.keys import CourseId, OrganisationId

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Traces = Mapping[str, Sequence[Row[Any]]]
"""Rows by kind: unit, question, posts, video, type."""


@dataclass(frozen=True, slots=True)
class TracesWanted:
    """Of whom, and of which time."""

    organisation: OrganisationId
    course: CourseId
    people: tuple[int, ...]
    first: date
    last: date
    """Local days of types, both inclusive."""
    span: tuple[datetime, datetime]
    """Instants of these days, the second one exclusive: of videos, and until when answers count."""
    monday: date
    """The first day of the first week."""
    as_of: datetime
    distinct: bool
    """Whether distinct learners per type and week are counted too, which groups are hidden by."""


def read_traces(connection: Connection, wanted: TracesWanted) -> Traces:
    """All groups of the course; one statement. Posts are those of everybody: staff answer threads too.

    What the transaction reads after it is read by bitmaps too, so that this should be its last statement.
    """
    statement = text(
        _BY_BITMAPS + _TRACES.replace(":learners_of_type", "count(DISTINCT person_id)" if wanted.distinct else "0")
    )
    values = {
        "organisation": wanted.organisation, "course": wanted.course, "people": list(wanted.people),
        "first": wanted.first, "last": wanted.last, "since": wanted.span[0], "until": wanted.span[1],
        "monday": wanted.monday, "as_of": wanted.as_of,
    }  # fmt: skip
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(statement, values):
        found[row.kind].append(row)
    return found


def longs(packed: Any) -> Longs:
    """Keys and counts that a column holds; none where it is null."""
    return np.frombuffer(packed or b"", dtype=">i8").astype(np.int64)


def instants(packed: Any) -> Floats:
    """Seconds since 1970; the server sends microseconds since 2000."""
    return longs(packed) / 1e6 + datetime(2000, 1, 1, tzinfo=UTC).timestamp()


def floats(packed: Any) -> Floats:
    """Positions in videos."""
    return np.frombuffer(packed or b"", dtype=">f8").astype(np.float64)


_OF_LEARNERS: Final = (
    "organisation_id = :organisation AND {0}.course_id = :course AND {0}.person_id = ANY(CAST(:people AS bigint[]))"
)


def _theirs(alias: str) -> str:
    return f"{alias}.{_OF_LEARNERS.format(alias)}"


_RIGHT: Final = "coalesce(r.correct, CASE WHEN r.max_score > 0 THEN r.score >= r.max_score END)"

_UNITS: Final = """
SELECT 'unit' AS kind, u.unit_id AS key, u.parent_id AS parent, u.position AS place, CAST(0 AS bigint) AS number,
  coalesce(u.title, u.name) AS label, u.name AS part, CAST(NULL AS bytea) AS a, CAST(NULL AS bytea) AS b,
  CAST(NULL AS bytea) AS c, CAST(NULL AS bytea) AS d
FROM units u WHERE u.organisation_id = :organisation AND u.course_id = :course
"""
# Activities are joined to what has been put together of them, and not to each row: the planner takes a table that has
# just been filled for an empty one, and would look through all activities for each row of it.
_QUESTIONS: Final = f"""
(WITH asked AS MATERIALIZED (
  SELECT r.activity_id, r.item COLLATE "C" AS item,
    string_agg(int8send(r.person_id * 4 + CASE {_RIGHT} WHEN true THEN 2 WHEN false THEN 1 ELSE 0 END), '') AS results,
    string_agg(int8send(r.attempt), '') AS attempts, string_agg(timestamptz_send(r.answered_at), '') AS times
  FROM item_responses r WHERE {_theirs("r")} AND r.answered_at < :until AND r.answered_at <= :as_of GROUP BY 1, 2
)
SELECT 'question', q.activity_id, NULL, 0, 0, coalesce(a.title, a.claimed_title, ''), q.item,
  q.results, q.attempts, q.times, NULL
FROM asked q JOIN activities a ON a.organisation_id = :organisation AND a.activity_id = q.activity_id)
"""
_POSTS: Final = """
SELECT 'posts', 0, NULL, 0, count(*), '', '', string_agg(int8send(f.person_id), ''),
  string_agg(timestamptz_send(f.posted_at), ''),
  string_agg(int8send(hashtextextended(f.activity_id || ' ' || f.post, 0)), ''),
  string_agg(int8send(coalesce(hashtextextended(f.activity_id || ' ' || f.reply_to, 0), 0)), '')
FROM forum_posts f
WHERE f.organisation_id = :organisation AND f.course_id = :course AND f.posted_at <= :as_of HAVING count(*) > 0
"""
_VIDEOS: Final = f"""
(WITH watched AS MATERIALIZED (
  SELECT v.activity_id, string_agg(int8send(v.person_id), '') AS people,
    string_agg(float8send(v.position_from), '') AS starts, string_agg(float8send(v.position_to), '') AS ends,
    string_agg(int8send(coalesce(hashtextextended(v.session, 0), 0)), '') AS sessions
  FROM video_segments v WHERE {_theirs("v")} AND v.watched_at >= :since AND v.watched_at < :until GROUP BY 1
)
SELECT 'video', w.activity_id, NULL, 0, 0, coalesce(a.title, a.claimed_title, ''), '',
  w.people, w.starts, w.ends, w.sessions
FROM watched w JOIN activities a ON a.organisation_id = :organisation AND a.activity_id = w.activity_id)
"""
_TYPES: Final = f"""
SELECT 'type', 0, NULL, 0, 0, t.activity_type, '', string_agg(int8send(t.week), ''),
  string_agg(int8send(t.events), ''), string_agg(int8send(t.clicks), ''), string_agg(int8send(t.learners), '')
FROM (SELECT d.activity_type, CAST((d.day - CAST(:monday AS date)) / 7 AS bigint) AS week,
    CAST(sum(d.events) AS bigint) AS events, CAST(sum(d.clicks) AS bigint) AS clicks,
    CAST(:learners_of_type AS bigint) AS learners
  FROM learner_course_day_types d
  WHERE {_theirs("d")} AND d.day BETWEEN CAST(:first AS date) AND CAST(:last AS date) GROUP BY 1, 2) t
GROUP BY t.activity_type
"""
# The planner takes the rows of a course for neighbours on the disk, since all indexes begin with the organisation, of
# which there is one. They lie in the order of time among those of other courses: going through the index looks up a
# page for every row (195,000 for the answers of a large course), a bitmap each page once, in half of the time.
_BY_BITMAPS: Final = "SET LOCAL enable_indexscan = off;"
_TRACES: Final = " UNION ALL ".join((_UNITS, _QUESTIONS, _POSTS, _VIDEOS, _TYPES))
