"""What stands below the fold of a learner's page: the videos, one statement, and what is theirs alone, one more."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import ARRAY, Connection, Uuid, bindparam, text

from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.indicators.watched import seconds_watched
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.views.student_further import OwnState, Stored, WatchedVideo

MOST_VIDEOS: Final = 12

Whose = tuple[OrganisationId, PersonId]


def read_watched(connection: Connection, whose: Whose, courses: Sequence[UUID]) -> tuple[WatchedVideo, ...]:
    """The videos of these courses that the learner has watched, the most recently watched first."""
    found = []
    for row in connection.execute(_WATCHED, {**_values(whose, courses), "limit": MOST_VIDEOS}):
        seconds = seconds_watched(np.array(row.first, dtype=np.float64), np.array(row.last, dtype=np.float64))
        length = float(row.reached) if row.others >= FEWEST_OTHERS and row.reached > 0 else None
        found.append(WatchedVideo(row.code or row.course or "", row.title or "", seconds, length))
    return tuple(found)


def read_own_state(connection: Connection, whose: Whose, courses: Sequence[UUID]) -> OwnState:
    """What is held about the learner in these courses, and the goals that they have set in them."""
    row = connection.execute(_OWN_STATE, _values(whose, courses)).one()
    stored = Stored(
        row.since, row.days, row.events, row.activities, row.submissions, row.answers, row.posts, row.stretches
    )
    return OwnState(stored, tuple(sorted((PublicId(UUID(key)), int(goal)) for key, goal in (row.goals or {}).items())))


def _values(whose: Whose, courses: Sequence[UUID]) -> dict[str, object]:
    return {"organisation": whose[0], "person": whose[1], "courses": list(courses)}


_IDS: Final = bindparam("courses", type_=ARRAY(Uuid))
_WATCHED: Final = text(
    """
    WITH mine AS (
        SELECT course_id, code, coalesce(title, claimed_title) AS title FROM courses
        WHERE organisation_id = :organisation AND public_id = ANY(:courses)),
    -- What the learner has touched leads to the stretches by their key.
    own AS (
        SELECT t.course_id, t.activity_id
        FROM mine JOIN learner_activities t ON t.organisation_id = :organisation AND t.course_id = mine.course_id
        WHERE t.person_id = :person),
    seen AS (
        SELECT v.course_id, v.activity_id, array_agg(v.position_from) AS first, array_agg(v.position_to) AS last,
            max(v.watched_at) AS newest
        FROM own JOIN video_segments v ON v.organisation_id = :organisation AND v.course_id = own.course_id
            AND v.activity_id = own.activity_id AND v.person_id = :person
        GROUP BY v.course_id, v.activity_id
        ORDER BY newest DESC, v.activity_id LIMIT :limit)
    SELECT mine.code, mine.title AS course, coalesce(a.title, a.claimed_title) AS title, seen.first, seen.last,
        everybody.reached, everybody.others
    FROM seen
        JOIN mine USING (course_id)
        JOIN activities a ON a.organisation_id = :organisation AND a.activity_id = seen.activity_id
        CROSS JOIN LATERAL (
            SELECT max(v.position_to) AS reached, count(DISTINCT v.person_id) - 1 AS others FROM video_segments v
            WHERE v.organisation_id = :organisation AND v.course_id = seen.course_id
                AND v.activity_id = seen.activity_id) everybody
    ORDER BY seen.newest DESC, seen.activity_id
    """
).bindparams(_IDS)
_OWN_STATE: Final = text(
    """
    WITH mine AS (
        SELECT course_id, public_id FROM courses
        WHERE organisation_id = :organisation AND public_id = ANY(:courses)),
    own AS (
        SELECT t.course_id, t.activity_id
        FROM mine JOIN learner_activities t ON t.organisation_id = :organisation AND t.course_id = mine.course_id
        WHERE t.person_id = :person),
    days AS (
        SELECT min(d.day) AS since, count(DISTINCT d.day) AS days, coalesce(sum(d.events), 0)::bigint AS events
        FROM mine JOIN learner_course_days d ON d.organisation_id = :organisation AND d.course_id = mine.course_id
        WHERE d.person_id = :person),
    goals AS (
        SELECT DISTINCT ON (mine.public_id) mine.public_id, g.goal
        FROM mine JOIN learner_goals g ON g.organisation_id = :organisation AND g.course_id = mine.course_id
        WHERE g.person_id IN (SELECT person_id FROM people
            WHERE organisation_id = :organisation AND (person_id = :person OR merged_into = :person))
        ORDER BY mine.public_id, g.set_at DESC)
    SELECT days.*,
        (SELECT count(*) FROM own) AS activities,
        (SELECT count(*) FROM mine JOIN submissions t USING (course_id)
            WHERE t.organisation_id = :organisation AND t.person_id = :person) AS submissions,
        (SELECT count(*) FROM own JOIN item_responses t USING (course_id, activity_id)
            WHERE t.organisation_id = :organisation AND t.person_id = :person) AS answers,
        (SELECT count(*) FROM own JOIN forum_posts t USING (course_id, activity_id)
            WHERE t.organisation_id = :organisation AND t.person_id = :person) AS posts,
        (SELECT count(*) FROM own JOIN video_segments t USING (course_id, activity_id)
            WHERE t.organisation_id = :organisation AND t.person_id = :person) AS stretches,
        (SELECT jsonb_object_agg(public_id, goal) FROM goals) AS goals
    FROM days
    """
).bindparams(_IDS)
