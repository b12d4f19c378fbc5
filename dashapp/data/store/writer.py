"""Batches of events into the database: prepared outside of any transaction, written within the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, cast

from psycopg2 import extensions
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store import details, roll_ups, stages
from dashapp.data.store.arrivals import Arrived, Buried
from dashapp.data.store.deltas import Deltas, DeltaTexts, as_copy, course_days, group
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.locks import own_organisation, share_organisations
from dashapp.data.store.preparing import (
    Limits,
    Prepared,
    PreparedOrganisation,
    admit,
    names_of,
    prepare_organisation,
)
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import RefusalReason
from dashapp.domain.keys import CourseId, OrganisationId, PersonId

__all__ = ["EventWriter", "Limits", "Prepared", "StructureChanged", "Touched", "Written"]


class StructureChanged(AnalyticsError):
    """Between preparing and writing somebody changed what the preparation relied on: roll back, prepare anew."""


@dataclass(slots=True)
class Touched:
    """What a batch touched in one organisation, for the versions of scopes. People by the key they count under."""

    courses: set[CourseId] = field(default_factory=set)
    people: set[PersonId] = field(default_factory=set)
    oldest_received_at: datetime | None = None


@dataclass(slots=True)
class Written:
    """What became of a batch. Each arrival is in exactly one of `new`, `seen` and `buried`."""

    new: int = 0
    seen: int = 0
    buried: list[Buried] = field(default_factory=list)
    touched: dict[OrganisationId, Touched] = field(default_factory=dict)


class EventWriter:
    """Counts each event exactly once. `prepare` and `write` may run in different threads, each in one at a time."""

    def __init__(self, database: Database, identities: IdentityCache, limits: Limits) -> None:
        """Opens nothing."""
        self._database = database
        self._identities = identities
        self._limits = limits
        self._months: frozenset[str] = frozenset()

    def prepare(self, arrived: Sequence[Arrived]) -> Prepared:
        """Resolves, dates and sums a batch. May commit provisional rows; no transaction is open afterwards.

        Raises Unavailable where the database cannot be reached.
        """
        admitted, buried = admit(arrived, self._limits)
        parts = []
        for organisation_id in sorted(admitted):
            arrivals = admitted[organisation_id]
            remembered = self._identities.resolve(organisation_id, names_of(arrivals))
            part = prepare_organisation(arrivals, remembered)
            self._ensure_months(part.months - self._months)
            parts.append(part)
        return Prepared(tuple(parts), tuple(buried), len(arrived))

    def write(self, connection: Connection, prepared: Prepared) -> Written:
        """Writes a prepared batch within the caller's transaction, which the caller commits with its offsets.

        The connection acts for another organisation afterwards. Raises StructureChanged; then the caller rolls back,
        prepares the same arrivals anew and writes again.
        """
        written = Written(buried=list(prepared.buried))
        self._lock(connection, prepared)
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            stages.ensure(cursor)
            for number, part in enumerate(prepared.organisations):
                act_for(connection, part.organisation_id)
                if number:
                    stages.clear(cursor)
                _Part(connection, cursor, part, written).write()
        finally:
            cursor.close()
        return written

    def _lock(self, connection: Connection, prepared: Prepared) -> None:
        """Takes every organisation's lock in ascending order, then looks whether the preparation still holds."""
        for part in prepared.organisations:
            if part.exclusive:
                own_organisation(connection, part.organisation_id)
            else:
                share_organisations(connection, [part.organisation_id])
        for part in prepared.organisations:
            epoch = connection.execute(_EPOCH, {"organisation": part.organisation_id}).scalar_one()
            if epoch != part.remembered.epoch:
                self._identities.forget(part.organisation_id)
                raise StructureChanged("The structure of an organisation changed while a batch was prepared.")

    def _ensure_months(self, months: set[str]) -> None:
        """Makes the partitions of raw events that a batch needs, in a transaction of their own."""
        if not months:
            return
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            for month in sorted(months):
                first = date.fromisoformat(f"{month}-01")
                connection.execute(_ENSURE_MONTH, {"first": first})
        self._months |= months


_EPOCH: Final = text("SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation")
_ENSURE_MONTH: Final = text("SELECT ensure_raw_partitions(:first, :first)")


class _Part:
    """Writes one organisation's part of a batch, in the fixed order of tables that keeps writers from deadlocks."""

    def __init__(
        self, connection: Connection, cursor: extensions.cursor, part: PreparedOrganisation, written: Written
    ) -> None:
        self._connection = connection
        self._cursor = cursor
        self._part = part
        self._written = written
        self._organisation = part.organisation_id

    def write(self) -> None:
        part, cursor = self._part, self._cursor
        stages.fill(cursor, "la_events", "".join(part.rows))
        seen = self._enter()
        taken_back = set(stages.retracted(cursor, self._organisation)).difference(seen)
        stages.keep_raw(cursor, self._organisation, seen, sorted(taken_back))
        deltas, texts = self._sums(taken_back.union(seen))
        self._add(deltas, texts)
        skipped = taken_back.union(seen)
        details.add(cursor, self._organisation, [one for one in part.details if one.number not in skipped])
        self._touch(deltas)

    def _enter(self) -> list[int]:
        """The numbers of events that the ledger had already; conflicts among them are buried."""
        part = self._part
        new = stages.enter(self._cursor, self._organisation)
        self._written.new += len(new)
        self._written.seen += part.copies
        if len(new) == len(part.lines) and not part.doubles:
            return []
        seen = [number for number, line in enumerate(part.lines) if line not in new]
        old = stages.contents(self._cursor, self._organisation, [part.lines[number] for number in seen])
        for number in seen:
            self._judge(part.arrivals[number], part.contents[number], old[part.lines[number]])
        held = {**dict(zip(part.lines, part.contents, strict=True)), **old}
        for arrival, line, content in part.doubles:
            self._judge(arrival, content, held[line])
        return seen

    def _judge(self, arrival: Arrived, content: int, held: int) -> None:
        if content == held:
            self._written.seen += 1
        else:
            detail = "the same id came before with other content"
            self._written.buried.append(Buried(arrival.place, arrival.source, RefusalReason.CONFLICT, detail))

    def _sums(self, skipped: set[int]) -> tuple[Deltas, DeltaTexts]:
        """What the events add that count: prepared beforehand where nothing has to be left out."""
        part = self._part
        if part.deltas is not None and part.texts is not None and not skipped:
            return part.deltas, part.texts
        facts = [fact for fact in part.facts if fact[0] not in skipped]
        deltas = group(facts, part.types, part.remembered.exclusions)
        return deltas, as_copy(deltas)

    def _add(self, deltas: Deltas, texts: DeltaTexts) -> None:
        if not deltas.days:
            return
        cursor, organisation = self._cursor, self._organisation
        stages.fill(cursor, "la_days", texts.days)
        stages.fill(cursor, "la_types", texts.types)
        stages.fill(cursor, "la_activities", texts.activities)
        stages.fill(cursor, "la_rolled", texts.rolled)
        left_out = sorted({person for _, person, _ in deltas.left_out})
        sums = {key: (events, clicks, 0) for key, (events, clicks) in course_days(deltas).items()}
        for course, day, person, rows in stages.add_days(cursor, organisation, left_out):
            if person is None or (course, person, day) not in deltas.left_out:
                events, clicks, learners = sums[course, day]
                sums[course, day] = (events, clicks, learners + rows)
        stages.add_types(cursor, organisation)
        stages.add_activities(cursor, organisation)
        stages.add_rolled(cursor, organisation)
        roll_ups.add_course_days(cursor, organisation, sums)

    def _touch(self, deltas: Deltas) -> None:
        touched = self._written.touched.setdefault(self._organisation, Touched())
        touched.courses.update(CourseId(course) for course, _, _ in deltas.days)
        touched.people.update(PersonId(person) for _, person, _ in deltas.days)
        touched.oldest_received_at = min(arrival.received_at for arrival in self._part.arrivals)
