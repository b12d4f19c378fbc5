"""A roster taken in: compared and written in one transaction, in which events of the organisation wait.

It acts as la_ingest, so row-level security keeps a roster from giving any role that events cannot give, and from
touching another organisation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Final, cast
from uuid import uuid4

import msgspec
from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.locks import own_organisation, try_roster
from dashapp.data.store.rosters.comparing import Comparison, compare
from dashapp.data.store.rosters.enrolments import write_enrolments
from dashapp.data.store.rosters.following import Touched, follow
from dashapp.data.store.rosters.people import describe_people, join_mailboxes, name_people
from dashapp.data.store.rosters.records import begin_import, keep_records, note_made
from dashapp.data.store.rosters.staging import stage
from dashapp.data.store.rosters.structure import write_structure
from dashapp.data.store.scope_changes import WriterSlot, claim_slot
from dashapp.data.store.structure import raise_epoch, read_days
from dashapp.domain.audit import Action, Actor
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.roster_changes import Differences
from dashapp.domain.rosters import FileRead, Roster, RosterError, RosterSource

Step = Callable[[str], object]
"""Is told what is being done now: read, compared, people, courses, enrolments, roles."""


class PlanChanged(RosterError):
    """What would be changed is not what was looked at."""


class TooManyEndings(RosterError):
    """More would end than may end without being asked for."""


class Conflicts(RosterError):
    """Something cannot be decided by the files alone."""


class Busy(RosterError):
    """Another roster of this source is being taken in or back."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be taken in. `fingerprint`: of the differences that somebody has looked at; None: of none."""

    organisation: OrganisationId
    source: RosterSource
    roster: Roster
    at: datetime
    by: Actor
    files: Sequence[FileRead] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    fingerprint: str | None = None
    accept_endings: bool = False
    accept_conflicts: bool = False
    shown: int = Differences.MOST_SHOWN


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of it. `import_id`: by which it is known; `waited`: seconds for which events waited."""

    import_id: int
    differences: Differences
    waited: float


def plan(database: Database, order: Order) -> Differences:
    """What an order would change now. Nothing is written. Raises Unavailable."""
    with database.transaction(DatabaseRole.INGEST, order.organisation) as connection:
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            stage(cursor, order.roster)
            return compare(cursor, _comparison(connection, order), order.roster)
        finally:
            cursor.close()


def apply(database: Database, order: Order, step: Step = lambda _name: None) -> Applied:
    """Takes a roster in, all of it or nothing.

    Raises PlanChanged, TooManyEndings, Conflicts and Busy, and RosterError for what does not fit; then nothing has
    changed. Raises Unavailable; then everything has changed or nothing, and applying it again comes to the same.
    """
    with (
        claim_slot(database) as slot,
        database.transaction(DatabaseRole.INGEST, order.organisation) as connection,
    ):
        if not try_roster(connection, order.source.source_id):
            raise Busy(f"Another roster of {order.source.name} is being taken in at this moment.")
        connection.execute(PATIENCE)
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            return _Applying(connection, cursor, order, slot, step).run()
        finally:
            cursor.close()


PATIENCE: Final = text("SET LOCAL lock_timeout = '300s'; SET LOCAL statement_timeout = '600s'")
"""A roster may wait for another source's, and a statement of half a million rows takes its time on a busy machine."""
_ZONE: Final = text(
    "SELECT zone FROM organisation_time_zones WHERE organisation_id = :organisation ORDER BY valid_from DESC LIMIT 1"
)


def _comparison(connection: Connection, order: Order) -> Comparison:
    zone = connection.execute(_ZONE, {"organisation": order.organisation}).scalar_one_or_none() or "UTC"
    return Comparison(order.organisation, order.source, order.at, zone, order.shown)


@dataclass(slots=True)
class _Applying:
    connection: Connection
    cursor: extensions.cursor
    order: Order
    slot: WriterSlot
    step: Step

    def run(self) -> Applied:
        order, cursor = self.order, self.cursor
        self.step("staged")
        stage(cursor, order.roster)
        comparison = _comparison(self.connection, order)
        own_organisation(self.connection, order.organisation)
        began = monotonic()
        self.step("compared")
        found = compare(cursor, comparison, order.roster)
        self._refuse(found)
        counts = {thing.value: list(each) for thing, each in found.counts.items()}
        state = "unchanged" if found.empty else "applied"
        about = {
            "state": state,
            "by": order.by.key,
            "files": _json([msgspec.to_builtins(_file(one)) for one in order.files]),
            "counts": _json(counts),
            "findings": _json(dict(order.findings)),
            "fingerprint": found.fingerprint,
        }
        import_id = begin_import(cursor, comparison.values(**about))
        if found.empty:
            # Names of enrolments and rows of small files may be others, which nobody sees.
            self._remember(comparison, import_id)
            return Applied(import_id, found, monotonic() - began)
        self._write(comparison, import_id)
        what = {"subject": f"sender {order.source.name}", "import": import_id, "changes": counts}
        audit.record(self.connection, order.organisation, order.by, Action.ROSTER_APPLIED, what)
        return Applied(import_id, found, monotonic() - began)

    def _refuse(self, found: Differences) -> None:
        order = self.order
        if order.fingerprint is not None and order.fingerprint != found.fingerprint:
            raise PlanChanged("The files or the database have changed since the plan was made: look at a new one.")
        if found.ends_too_much(order.source.settings.most_ended) and not order.accept_endings:
            raise TooManyEndings(
                f"{found.ending} of {found.granted} enrolments would end, which is more than"
                f" {order.source.settings.most_ended} %: say that this is meant."
            )
        if found.conflicts and not order.accept_conflicts:
            raise Conflicts(f"{len(found.conflicts)} conflicts: settle them, or say that they are to stay as they are.")

    def _remember(self, comparison: Comparison, import_id: int) -> None:
        """The parts of a difference that nobody sees."""
        values = comparison.values(by="", **{"import": import_id})
        self.cursor.execute("SELECT EXISTS (SELECT FROM la_r_changes) OR EXISTS (SELECT FROM la_r_diff)")
        if self.cursor.fetchone() == (True,):
            write_enrolments(self.cursor, values, read_days(self.connection, self.order.organisation))
            keep_records(self.cursor, values)

    def _write(self, comparison: Comparison, import_id: int) -> None:
        connection, cursor, order = self.connection, self.cursor, self.order
        # Breaks ties between descriptions of one instant, as the id of an event does.
        by = f"{uuid4()} {order.source.source_id}"
        values: dict[str, Any] = comparison.values(by=by, **{"import": import_id})
        days = read_days(connection, order.organisation)
        self.step("people")
        before = _last_merge(connection, order.organisation)
        made_people, joined = name_people(connection, cursor, comparison)
        describe_people(cursor, values)
        self.step("courses")
        made_courses = write_structure(cursor, values)
        self.step("enrolments")
        write_enrolments(cursor, values, days)
        self.step("roles")
        touched = follow(connection, cursor, order.organisation, days)
        met = join_mailboxes(connection, cursor, comparison)
        keep_records(cursor, values)
        merges = _merges_since(connection, order.organisation, before)
        note_made(cursor, values, sorted(made_people), made_courses, merges)
        raise_epoch(connection, order.organisation)
        touched.courses |= joined.courses | met.courses
        touched.people |= joined.people | met.people
        self._tell(touched)

    def _tell(self, touched: Touched) -> None:
        """Open pages hear of everybody of whom something is new."""
        cursor = self.cursor
        cursor.execute(
            """SELECT DISTINCT coalesce(p.merged_into, p.person_id) FROM la_r_known k
            JOIN people p ON p.organisation_id = %s AND p.person_id = k.own""",
            (self.order.organisation,),
        )
        people = touched.people | {PersonId(person) for (person,) in cursor.fetchall()}
        cursor.execute("SELECT own FROM la_r_courses UNION SELECT course_id FROM la_r_sections")
        courses = touched.courses | {CourseId(course) for (course,) in cursor.fetchall()}
        self.slot.record(self.connection, self.order.organisation, courses, people)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _file(one: FileRead) -> dict[str, object]:
    return {"name": one.name, "sha256": one.sha256, "bytes": one.size, "rows": one.rows, "encoding": one.encoding}


def _last_merge(connection: Connection, organisation: OrganisationId) -> int:
    return int(connection.execute(_LAST_MERGE, {"organisation": organisation}).scalar_one())


def _merges_since(connection: Connection, organisation: OrganisationId, before: int) -> list[int]:
    values = {"organisation": organisation, "before": before}
    return list(connection.execute(_MERGES, values).scalars())


_LAST_MERGE: Final = text("SELECT coalesce(max(merge_id), 0) FROM person_merges WHERE organisation_id = :organisation")
# Nobody else merges people meanwhile: the organisation is this transaction's own.
_MERGES: Final = text(
    "SELECT merge_id FROM person_merges WHERE organisation_id = :organisation AND merge_id > :before ORDER BY merge_id"
)
