"""Two people that turn out to be one, and back: administration, in transactions of la_jobs, with an audit.

Raw events keep the key under which they came; only what is counted moves. Aggregates outlive raw rows, so a merge adds
up what both have, and needs no raw rows; a split counts from raw rows what came under each key, so what is older than
the retention of raw events stays with the person who was kept.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.database import act_for
from dashapp.data.store import details, presence
from dashapp.data.store.alone import alone
from dashapp.data.store.given_back import give_back
from dashapp.data.store.groups import Merge, record_merges, settle_descriptions
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.recount import recount_activities, recount_learner_days
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import CourseId, OrganisationId, PersonId

__all__ = ["Merge", "MergeError", "Split", "merge_many", "merge_people", "split_people"]


class MergeError(AnalyticsError):
    """These people cannot be merged or split; the text says why."""


@dataclass(frozen=True, slots=True)
class Split:
    """Whom a split concerns: who was kept, who is a person again, and the courses of what came under its keys."""

    kept: PersonId
    absorbed: PersonId
    courses: tuple[CourseId, ...]


def merge_people(connection: Connection, organisation: OrganisationId, merge: Merge) -> int:
    """Merges two people; gives the merge's key, by which it can be split again.

    In a transaction of la_jobs that has written nothing else. Raises MergeError unless both are people of their own,
    and where one of them is who decides it: they would be given the other's pages, and give away what they hold.
    """
    with alone(connection, organisation, [merge.kept, merge.absorbed]) as cursor:
        cursor.execute(
            """SELECT count(*) FROM people
            WHERE organisation_id = %s AND person_id = ANY(%s) AND merged_into IS NULL""",
            (organisation, [merge.kept, merge.absorbed]),
        )
        if cursor.fetchone() != (2,):
            raise MergeError("Only two different people can be merged who are not merged into somebody else already.")
        two = [merge.kept, merge.absorbed]
        cursor.execute(_DECIDED_BY_ONE, {"organisation": organisation, "two": two, "by": merge.by})
        if cursor.fetchone() != (False,):
            raise MergeError("Nobody merges themself with somebody else: another administrator can.")
        [merge_id] = _absorb(cursor, organisation, [merge])
    return merge_id


def merge_many(connection: Connection, organisation: OrganisationId, merges: Sequence[Merge]) -> None:
    """Many merges at once: each `kept` stands for all of its `absorbed`, and nobody is both.

    The caller knows that all are people of their own, and has had the organisation for itself since it looked.
    """
    people = {one.kept for one in merges} | {one.absorbed for one in merges}
    rounds: defaultdict[int, list[Merge]] = defaultdict(list)
    seen: defaultdict[int, int] = defaultdict(int)
    for merge in merges:
        # A statement adds to a row once only, so each round has a person once.
        rounds[seen[merge.kept]].append(merge)
        seen[merge.kept] += 1
    with alone(connection, organisation, sorted(people)) as cursor:
        for portion in rounds.values():
            _absorb(cursor, organisation, portion)


def _absorb(cursor: extensions.cursor, organisation: int, merges: Sequence[Merge]) -> list[int]:
    """Each `kept` occurs once; gives the keys of the merges."""
    kept, absorbed = [one.kept for one in merges], [one.absorbed for one in merges]
    values = {"organisation": organisation, "kept": kept, "absorbed": absorbed}
    for statement in _MERGE:
        cursor.execute(statement, values)
    settle_descriptions(cursor, organisation, kept)
    return record_merges(cursor, organisation, merges)


def split_people(connection: Connection, organisation: OrganisationId, merge_id: int, by: str, at: datetime) -> Split:
    """Takes a merge back: the absorbed person gets back what came under its keys, and whom it had absorbed before.

    In a transaction of la_jobs that has done nothing else. Raises MergeError where there is nothing to take back.
    """
    own_organisation(connection, organisation)
    act_for(connection, organisation)
    absorbed = connection.execute(_OPEN_MERGE, {"organisation": organisation, "merge": merge_id}).scalar_one_or_none()
    if absorbed is None:
        raise MergeError("This merge does not exist, or has been taken back already.")
    person = {"organisation": organisation, "absorbed": absorbed}
    kept = connection.execute(_STANDS_FOR, person).scalar_one()
    with alone(connection, organisation, [kept, absorbed]) as cursor:
        cursor.execute(SPLIT_GROUP, {**person})
        group = [one for (one,) in cursor.fetchall()]
        values = {"organisation": organisation, "kept": kept, "absorbed": absorbed, "group": group}
        for statement in _SPLIT:
            cursor.execute(statement, values)
        settle_descriptions(cursor, organisation, [kept, absorbed])
        cursor.execute(_GROUP_DAYS, values)
        found = cursor.fetchall()
        days = {(one, course, day) for course, day in found for one in (kept, absorbed)}
        recount_learner_days(cursor, organisation, days)
        cursor.execute(_GROUP_ACTIVITIES, values)
        recount_activities(cursor, organisation, {(kept, course, activity) for course, activity in cursor.fetchall()})
        give_back(cursor, organisation, (kept, absorbed), group)
        cursor.execute(
            "UPDATE person_merges SET split_by = %s, split_at = %s WHERE organisation_id = %s AND merge_id = %s",
            (by, at, organisation, merge_id),
        )
    courses = tuple(CourseId(course) for course in sorted({course for course, _ in found}))
    return Split(PersonId(kept), PersonId(absorbed), courses)


_DECIDED_BY_ONE: Final = """SELECT EXISTS (
    SELECT 1 FROM people
    WHERE organisation_id = %(organisation)s AND (person_id = ANY(%(two)s) OR merged_into = ANY(%(two)s))
        AND public_id::text = %(by)s)"""
_OPEN_MERGE: Final = text(
    "SELECT absorbed_id FROM person_merges"
    " WHERE organisation_id = :organisation AND merge_id = :merge AND split_at IS NULL"
)
_STANDS_FOR: Final = text(
    "SELECT merged_into FROM people WHERE organisation_id = :organisation AND person_id = :absorbed"
)


_PAIRS: Final = "unnest(%(kept)s::bigint[], %(absorbed)s::bigint[]) AS w (kept, absorbed)"


def _moved(table: str, key: str, sums: str) -> str:
    """Moves the absorbed people's rows of an aggregate to the kept ones, adding up where both have one."""
    columns = [*key.split(", "), *(part.split(" = ")[0].strip() for part in sums.split(";"))]
    listed = ", ".join(columns)
    return f"""
        WITH moved AS (
            DELETE FROM {table} d USING {_PAIRS}
            WHERE d.organisation_id = %(organisation)s AND d.person_id = w.absorbed
            RETURNING w.kept, {", ".join(f"d.{column}" for column in columns)})
        INSERT INTO {table} AS t (organisation_id, person_id, {listed})
        SELECT %(organisation)s, kept, {listed} FROM moved
        ON CONFLICT (organisation_id, person_id, {key}) DO UPDATE SET {sums.replace(";", ",")}"""


_COUNTS: Final = "events = t.events + excluded.events; clicks = t.clicks + excluded.clicks"
_INSTANTS: Final = "first_at = least(t.first_at, excluded.first_at); last_at = greatest(t.last_at, excluded.last_at)"
_LATER: Final = (
    ' WHERE (t.described_at, t.described_by COLLATE "C") < (excluded.described_at, excluded.described_by COLLATE "C")'
)
_DESCRIBED: Final = "described_at = excluded.described_at; described_by = excluded.described_by"
_MERGE: Final = (
    *(
        f"""UPDATE people p SET merged_into = w.kept, described_as = NULL FROM {_PAIRS}
        WHERE p.organisation_id = %(organisation)s AND p.{who} = w.absorbed"""
        for who in ("person_id", "merged_into")
    ),
    _moved(
        "learner_course_days",
        "course_id, day",
        f"{_COUNTS}; minutes = coalesce(t.minutes | excluded.minutes, t.minutes, excluded.minutes); {_INSTANTS}",
    ),
    _moved("learner_course_day_types", "course_id, day, activity_type", _COUNTS),
    _moved(
        "learner_activities",
        "course_id, activity_id",
        f"{_COUNTS}; first_day = least(t.first_day, excluded.first_day);"
        " last_day = greatest(t.last_day, excluded.last_day);"
        f" completed_at = least(t.completed_at, excluded.completed_at); {_INSTANTS}",
    ),
    *presence.days_anew(presence.rows_of_both(_PAIRS, "learner_course_days", "day")),
    *presence.activities_anew(presence.rows_of_both(_PAIRS, "learner_activities", "activity_id")),
    _moved("outcomes", "course_id", f"outcome = excluded.outcome; {_DESCRIBED}") + _LATER,
    _moved("activity_extensions", "activity_id", f"due_at = excluded.due_at; {_DESCRIBED}") + _LATER,
    *(
        f"""UPDATE {table} t SET person_id = w.kept FROM {_PAIRS}
        WHERE t.organisation_id = %(organisation)s AND t.person_id = w.absorbed"""
        for table in details.TABLES
    ),
)
SPLIT_GROUP: Final = """
    WITH RECURSIVE groups AS (
        SELECT CAST(%(absorbed)s AS bigint) AS person_id
        UNION
        SELECT m.absorbed_id FROM groups g JOIN person_merges m ON m.kept_id = g.person_id
        WHERE m.organisation_id = %(organisation)s AND m.split_at IS NULL)
    SELECT person_id FROM groups"""
"""The keys that a split gives back to the absorbed person: its own, and those whom it had absorbed before."""
_SPLIT: Final = (
    """UPDATE people SET merged_into = nullif(%(absorbed)s, person_id)
        WHERE organisation_id = %(organisation)s AND person_id = ANY(%(group)s)""",
    # The ledger knows under which key each event came, also where the raw row is gone.
    *(
        f"""UPDATE {table} t SET person_id = %(absorbed)s FROM event_ledger l
        WHERE t.organisation_id = %(organisation)s AND t.person_id = %(kept)s
            AND l.organisation_id = t.organisation_id AND l.source_id = t.source_id AND l.event_id = t.event_id
            AND l.person_id = ANY(%(group)s)"""
        for table in details.TABLES
    ),
)
_GROUP_DAYS: Final = """SELECT DISTINCT course_id, day::text FROM raw_events
    WHERE organisation_id = %(organisation)s AND person_id = ANY(%(group)s) AND course_id IS NOT NULL"""
_GROUP_ACTIVITIES: Final = """SELECT DISTINCT course_id, activity_id FROM raw_events
    WHERE organisation_id = %(organisation)s AND person_id = ANY(%(group)s) AND activity_id IS NOT NULL"""
