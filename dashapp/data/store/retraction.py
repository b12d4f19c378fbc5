"""Taking back: a sender voids an earlier event of its own, which may not have come yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store import details
from dashapp.data.store.keys import event_key_text
from dashapp.data.store.preparing import KINDS, Taken
from dashapp.domain.events import MembershipChanged, Verb, Voided

MEMBERSHIP = KINDS[MembershipChanged]
VOIDABLE = frozenset({MEMBERSHIP, *map(str, Verb)})
"""Kinds of event that can be taken back; a description is replaced by a better one instead."""


@dataclass(frozen=True, slots=True)
class Target:
    """An event that came earlier and is to be taken back. `kind` None: its raw row is beyond the retention."""

    voided_by: Taken
    source_id: int
    key: str
    kind: str | None
    person: int | None
    course: int | None
    activity: int | None
    day: str | None
    taken_back: bool
    """It was taken back before."""


def target_line(taken: Taken) -> str:
    """The ledger key of what a retraction names, as "source<TAB>event": only the same source can void."""
    assert isinstance(taken.event, Voided)
    return f"{taken.source_id}\t{event_key_text(taken.event.target)}"


def record(cursor: extensions.cursor, organisation: int, voided: Sequence[Taken]) -> None:
    """Remembers what has been voided, so that it is not counted when it comes later."""
    rows = {target_line(one): (organisation, *target_line(one).split("\t"), one.at) for one in voided}
    if rows:
        execute_values(
            cursor,
            """INSERT INTO retractions (organisation_id, source_id, target_id, at) VALUES %s ON CONFLICT DO NOTHING""",
            [rows[line] for line in sorted(rows)],
            template="(%s, %s::integer, %s::uuid, %s)",
        )


def find(cursor: extensions.cursor, organisation: int, voided: Sequence[Taken]) -> list[Target]:
    """What the ledger knows of the targets; those that have not come yet are missing."""
    if not voided:
        return []
    by_line = {target_line(one): one for one in voided}
    pairs = [line.split("\t") for line in by_line]
    cursor.execute(
        """SELECT source_id, event_id::text, l.person_id, r.verb, r.course_id, r.activity_id, r.day::text,
            coalesce(r.retracted, false)
        FROM unnest(%s::integer[], %s::uuid[]) AS w (source_id, event_id)
        JOIN event_ledger l USING (source_id, event_id)
        LEFT JOIN raw_events r USING (organisation_id, person_id, occurred_at, source_id, event_id)
        WHERE organisation_id = %s""",
        ([int(source) for source, _ in pairs], [key for _, key in pairs], organisation),
    )
    return [
        Target(by_line[f"{source}\t{key}"], source, key, verb, person, course, activity, day, taken_back)
        for source, key, person, verb, course, activity, day, taken_back in cursor.fetchall()
    ]


def canonical_of(cursor: extensions.cursor, organisation: int, targets: Sequence[Target]) -> dict[int, int]:
    """The people of the targets: the key under which the event came → the key under which it counts."""
    people = {one.person for one in targets if one.person is not None}
    if not people:
        return {}
    cursor.execute(
        """SELECT person_id, coalesce(merged_into, person_id) FROM people
        WHERE organisation_id = %s AND person_id = ANY(%s)""",
        (organisation, list(people)),
    )
    return dict(cursor.fetchall())


def mark(cursor: extensions.cursor, organisation: int, targets: Collection[Target]) -> None:
    """Marks the raw rows of targets, and takes their own rows out of submissions, answers, segments and posts."""
    if not targets:
        return
    events = ([one.source_id for one in targets], [one.key for one in targets])
    cursor.execute(
        """UPDATE raw_events r SET retracted = true
        FROM unnest(%s::integer[], %s::uuid[]) AS w (source_id, event_id)
        JOIN event_ledger l USING (source_id, event_id)
        WHERE l.organisation_id = %s AND r.organisation_id = l.organisation_id AND r.person_id = l.person_id
            AND r.occurred_at = l.occurred_at AND r.source_id = l.source_id AND r.event_id = l.event_id""",
        (*events, organisation),
    )
    courses = sorted({one.course for one in targets if one.course is not None})
    activities = sorted({one.activity for one in targets if one.activity is not None})
    for table in details.TABLES:
        cursor.execute(
            f"""DELETE FROM {table} t USING unnest(%s::integer[], %s::uuid[]) AS w (source_id, event_id)
            WHERE t.organisation_id = %s AND t.course_id = ANY(%s) AND t.activity_id = ANY(%s)
                AND t.source_id = w.source_id AND t.event_id = w.event_id""",
            (*events, organisation, courses, activities),
        )
