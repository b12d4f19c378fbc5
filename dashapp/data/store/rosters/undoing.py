"""The last import of a source taken back: in one transaction of la_jobs, in which events of the organisation wait.

What it has said is as if it had never been said. People and courses that it has made go where nobody else has used
them; others stay, as those whom nobody has described. What others have said since holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit, groups
from dashapp.data.store.locks import own_organisation, try_roster
from dashapp.data.store.merges import split_people
from dashapp.data.store.rosters import unmaking
from dashapp.data.store.rosters.applying import PATIENCE, Busy
from dashapp.data.store.rosters.following import Touched, follow
from dashapp.data.store.rosters.staging import hashed
from dashapp.data.store.scope_changes import WriterSlot, claim_slot
from dashapp.data.store.structure import raise_epoch, read_days
from dashapp.domain.audit import Action, Actor
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.rosters import RosterError, RosterSource


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and how many of those whom it had made have gone and have stayed."""

    import_id: int
    imported_at: datetime
    gone_people: int
    kept_people: int
    gone_courses: int
    kept_courses: int


def undo(database: Database, organisation: OrganisationId, source: RosterSource, by: Actor, at: datetime) -> Undone:
    """Takes the last import of a source back. Raises RosterError where there is none, and Busy; then nothing changes.

    Raises Unavailable.
    """
    with (
        claim_slot(database, DatabaseRole.JOBS) as slot,
        database.transaction(DatabaseRole.JOBS, organisation) as connection,
    ):
        if not try_roster(connection, source.source_id):
            raise Busy(f"A roster of {source.name} is being taken in at this moment.")
        connection.execute(PATIENCE)
        own_organisation(connection, organisation)
        row = connection.execute(_LAST, {"organisation": organisation, "source": source.source_id}).one_or_none()
        if row is None or row.state != "applied":
            raise RosterError(f"There is no import of {source.name} that can be taken back.")
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            done = _Undoing(connection, cursor, organisation, source, row).run(by, at, slot)
        finally:
            cursor.close()
        what = {"subject": f"sender {source.name}", "import": done.import_id}
        audit.record(connection, organisation, by, Action.ROSTER_UNDONE, what)
        return done


@dataclass(slots=True)
class _Undoing:
    connection: Connection
    cursor: extensions.cursor
    organisation: OrganisationId
    source: RosterSource
    row: Any

    def run(self, by: Actor, at: datetime, slot: WriterSlot) -> Undone:
        row, cursor = self.row, self.cursor
        values = {
            "organisation": self.organisation,
            "source": self.source.source_id,
            "import": row.import_id,
            "at": row.imported_at,
            "described_by": f"% {self.source.source_id}",
            "people": list(row.made_people),
            "courses": list(row.made_courses),
        }
        with hashed(cursor):
            for statement in (_TOUCHED, _FACTS, _ENROLMENTS, _CHANGED):
                cursor.execute(statement, values)
        touched = follow(self.connection, cursor, self.organisation, read_days(self.connection, self.organisation))
        self._split(list(row.merges), set(row.made_people), by, at)
        people, courses = self._changed()
        with hashed(cursor):
            for statement in unmaking.DESCRIPTIONS:
                cursor.execute(statement, values)
            gone_people = unmaking.remove_people(cursor, values)
            for statement in unmaking.STRUCTURE:
                cursor.execute(statement, values)
            gone_courses = unmaking.remove_courses(cursor, values)
            for statement in (*unmaking.PLACES, _RECORDS, _NOTE):
                cursor.execute(statement, {**values, "by": by.key, "now": at})
        groups.settle_descriptions(
            cursor, self.organisation, [person for person in people if person not in gone_people]
        )
        raise_epoch(self.connection, self.organisation)
        self._tell(slot, touched, people, courses)
        counts = len(gone_people), len(row.made_people) - len(gone_people)
        return Undone(
            row.import_id, row.imported_at, *counts, len(gone_courses), len(row.made_courses) - len(gone_courses)
        )

    def _split(self, merges: Sequence[int], made: set[int], by: Actor, at: datetime) -> None:
        """People who were both known before the import are two again, as if they had never been joined."""
        found = self.connection.execute(_OPEN_MERGES, {"organisation": self.organisation, "merges": merges})
        for merge_id, absorbed in [tuple(one) for one in found]:
            if absorbed not in made:
                split_people(self.connection, self.organisation, merge_id, by.key, at)
                self.connection.execute(_FORGET, {"organisation": self.organisation, "merge": merge_id})

    def _changed(self) -> tuple[list[int], list[int]]:
        """Those who were described by the import (canonical keys), and its courses."""
        self.cursor.execute(
            """SELECT DISTINCT coalesce(p.merged_into, p.person_id) FROM la_r_described d
            JOIN people p ON p.organisation_id = %s AND p.person_id = d.key WHERE d.thing = 'person'""",
            (self.organisation,),
        )
        people = [person for (person,) in self.cursor.fetchall()]
        self.cursor.execute("SELECT key FROM la_r_described WHERE thing = 'course'")
        return people, [course for (course,) in self.cursor.fetchall()]

    def _tell(self, slot: WriterSlot, touched: Touched, people: list[int], courses: list[int]) -> None:
        told = touched.people | {PersonId(person) for person in people}
        slot.record(self.connection, self.organisation, touched.courses | set(map(CourseId, courses)), told)


_LAST: Final = text(
    "SELECT * FROM roster_imports WHERE organisation_id = :organisation AND source_id = :source"
    " AND state <> 'unchanged' ORDER BY import_id DESC LIMIT 1"
)
_OPEN_MERGES: Final = text(
    "SELECT merge_id, absorbed_id FROM person_merges WHERE organisation_id = :organisation"
    " AND merge_id = ANY(:merges) AND split_at IS NULL ORDER BY merge_id DESC"
)
_FORGET: Final = text("DELETE FROM person_merges WHERE organisation_id = :organisation AND merge_id = :merge")
_HELD: Final = "r.organisation_id = %(organisation)s AND r.source_id = %(source)s AND r.import_id = %(import)s"
_BEFORE: Final = "b.organisation_id = %(organisation)s AND b.import_id = %(import)s"
_TOUCHED: Final = f"""
    CREATE TEMPORARY TABLE la_r_touched ON COMMIT DROP AS
    SELECT person_id, coalesce(s.course_id, e.scope_id) AS course_id, role FROM (
        SELECT person_id, scope_kind, scope_id, role FROM roster_enrolments r WHERE {_HELD}
        UNION SELECT (before ->> 'person_id')::bigint, before ->> 'scope_kind', (before ->> 'scope_id')::bigint,
            before ->> 'role' FROM roster_before b WHERE {_BEFORE} AND thing = 'enrolment') e
    LEFT JOIN sections s ON e.scope_kind = 'section' AND s.organisation_id = %(organisation)s
        AND s.section_id = e.scope_id;
    ANALYZE la_r_touched"""
# What has a new id only has kept its fact.
_FACTS: Final = f"""
    DELETE FROM membership_facts f WHERE f.organisation_id = %(organisation)s AND f.source_id = %(source)s
        AND f.event_id IN (
            SELECT event_id FROM roster_enrolments r WHERE {_HELD}
            EXCEPT SELECT (before ->> 'event_id')::uuid FROM roster_before b
                WHERE {_BEFORE} AND thing = 'enrolment' AND before ? 'renamed'
            UNION SELECT (before ->> 'ended_by')::uuid FROM roster_before b
                WHERE {_BEFORE} AND thing = 'enrolment' AND before ? 'ended_by');
    UPDATE membership_facts f SET retracted = false FROM roster_before b
    WHERE {_BEFORE} AND b.thing = 'enrolment' AND b.before ? 'retracted' AND f.organisation_id = b.organisation_id
        AND f.source_id = %(source)s AND f.event_id = (b.before ->> 'event_id')::uuid"""
_ENROLMENTS: Final = f"""
    DELETE FROM roster_enrolments r WHERE {_HELD};
    INSERT INTO roster_enrolments (organisation_id, source_id, name, digest, person_id, scope_kind, scope_id, role,
        begins_at, ends_at, event_id, import_id)
    SELECT organisation_id, %(source)s, name, (before ->> 'digest')::uuid, (before ->> 'person_id')::bigint,
        before ->> 'scope_kind', (before ->> 'scope_id')::bigint, before ->> 'role',
        (before ->> 'begins_at')::timestamptz, (before ->> 'ends_at')::timestamptz, (before ->> 'event_id')::uuid,
        (before ->> 'import_id')::bigint
    FROM roster_before b WHERE {_BEFORE} AND thing = 'enrolment'"""
_CHANGED: Final = f"""
    CREATE TEMPORARY TABLE la_r_described ON COMMIT DROP AS
    SELECT thing, name, key FROM roster_records r WHERE {_HELD}; ANALYZE la_r_described"""
_RECORDS: Final = f"""
    DELETE FROM roster_records r WHERE {_HELD};
    INSERT INTO roster_records (organisation_id, source_id, thing, name, key, digest, said, import_id)
    SELECT organisation_id, %(source)s, substr(thing, 8), name, (before ->> 'key')::bigint,
        (before ->> 'digest')::uuid, nullif(before -> 'said', 'null'), (before ->> 'import_id')::bigint
    FROM roster_before b WHERE {_BEFORE} AND thing LIKE 'record:%%'
    ON CONFLICT DO NOTHING"""
_NOTE: Final = f"""
    UPDATE roster_imports SET state = 'undone', undone_at = %(now)s, undone_by = %(by)s, made_people = '{{}}',
        made_courses = '{{}}', merges = '{{}}'
    WHERE organisation_id = %(organisation)s AND import_id = %(import)s;
    DELETE FROM roster_before b WHERE {_BEFORE}"""
