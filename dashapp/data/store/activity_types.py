"""Types of activities, which may become known after their events: what was counted under the old type then moves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.canonical import keys_of
from dashapp.data.store.deltas import ACTIVE_VERBS
from dashapp.data.store.names import smaller_type


def types_of(cursor: extensions.cursor, organisation: int, activities: Collection[int]) -> dict[int, str]:
    """The type that holds of each activity."""
    if not activities:
        return {}
    cursor.execute(
        """SELECT activity_id, activity_type FROM activities WHERE organisation_id = %s AND activity_id = ANY(%s)""",
        (organisation, list(activities)),
    )
    return dict(cursor.fetchall())


def claim(cursor: extensions.cursor, organisation: int, claims: Iterable[tuple[int, str]]) -> None:
    """Lowers the claimed types to the smallest that learning events say; a description still overrules them.

    The caller holds the locks of the activities' rows.
    """
    smallest: dict[int, str] = {}
    for activity, claimed in claims:
        smallest[activity] = smaller_type(smallest.get(activity, claimed), claimed)
    if smallest:
        execute_values(
            cursor,
            """UPDATE activities a SET claimed_type = v.claimed, activity_type = coalesce(a.described_type, v.claimed)
            FROM (VALUES %s) AS v (organisation_id, activity_id, claimed)
            WHERE a.organisation_id = v.organisation_id AND a.activity_id = v.activity_id
                AND (a.claimed_type = 'unknown' OR v.claimed COLLATE "C" < a.claimed_type COLLATE "C")""",
            [(organisation, activity, claimed) for activity, claimed in sorted(smallest.items())],
            page_size=len(smallest),
        )


def move_counts(cursor: extensions.cursor, organisation: int, changed: Mapping[int, tuple[str, str]]) -> None:
    """Moves what is counted per type, where activities' types have changed: activity → (old, new)."""
    if not changed:
        return
    cursor.execute(
        """SELECT DISTINCT l.person_id FROM activities a JOIN learner_activities l
            USING (organisation_id, course_id, activity_id)
        WHERE organisation_id = %s AND activity_id = ANY(%s)""",
        (organisation, list(changed)),
    )
    if people := {person for (person,) in cursor.fetchall()}:
        _move(cursor, organisation, people, changed)


def _move(
    cursor: extensions.cursor, organisation: int, people: Collection[int], changed: Mapping[int, tuple[str, str]]
) -> None:
    keys = keys_of(cursor, organisation, people)
    cursor.execute(
        """SELECT person_id, course_id, activity_id, day::text, count(*)::integer, sum(clicks)::bigint FROM raw_events
        WHERE organisation_id = %s AND person_id = ANY(%s) AND activity_id = ANY(%s) AND verb = ANY(%s)
            AND NOT retracted
        GROUP BY 1, 2, 3, 4""",
        (organisation, list(keys), list(changed), list(ACTIVE_VERBS)),
    )
    moves: defaultdict[tuple[int, int, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for person, course, activity, day, events, clicks in cursor.fetchall():
        for kind, sign in zip(changed[activity], (-1, 1), strict=True):
            counts = moves[course, keys[person], day, kind]
            counts[0] += sign * events
            counts[1] += sign * clicks
    if not moves:
        return
    execute_values(
        cursor,
        """INSERT INTO learner_course_day_types AS t (organisation_id, course_id, person_id, day, activity_type, events,
            clicks) VALUES %s
        ON CONFLICT (organisation_id, course_id, person_id, day, activity_type) DO UPDATE SET
            events = t.events + excluded.events, clicks = t.clicks + excluded.clicks""",
        [(organisation, *key, *counts) for key, counts in sorted(moves.items())],
        template="(%s, %s, %s, %s::date, %s, %s, %s)",
        page_size=1000,
    )
    cursor.execute(
        """DELETE FROM learner_course_day_types WHERE organisation_id = %s AND course_id = ANY(%s)
            AND person_id = ANY(%s) AND events = 0""",
        (organisation, sorted({course for course, *_ in moves}), sorted({person for _, person, *_ in moves})),
    )
