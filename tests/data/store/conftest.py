"""A campus to write events into, through the same steps as ingest takes."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.arrivals import Arrived, Place
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.recount import differences
from dashapp.data.store.writer import EventWriter, Limits, StructureChanged, Written
from dashapp.domain.events import (
    ActivityDescribed,
    Event,
    Identifier,
    LearningEvent,
    MembershipChanged,
    Role,
    Source,
    Topic,
    Verb,
    Voided,
)
from dashapp.domain.keys import OrganisationId
from tests.data.conftest import ZONE, make_organisation, make_source

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
LIMITS = Limits(timedelta(days=365), timedelta(minutes=5))


def person(name: str) -> Identifier:
    return Identifier("https://lms.example", "account", name)


def course(name: str = "algebra") -> Identifier:
    return Identifier("https://lms.example", "course", name)


def activity(name: str = "quiz-1") -> Identifier:
    return Identifier("https://lms.example", "activity", name)


_ids = itertools.count(1)


def viewed(who: str, at: datetime | None, **values: Any) -> LearningEvent:
    """A learning event; any field can be given, the id too."""
    fields: dict[str, Any] = {"id": f"event-{next(_ids)}", "verb": Verb.VIEWED, "course": course(), **values}
    return LearningEvent(person=person(who), occurred_at=at, **fields)


def enrolled(who: str, at: datetime, role: Role = Role.LEARNER, **values: Any) -> MembershipChanged:
    fields: dict[str, Any] = {"id": f"event-{next(_ids)}", "course": course(), "active": True, **values}
    return MembershipChanged(person=person(who), role=role, occurred_at=at, **fields)


def described(name: str, at: datetime, **values: Any) -> ActivityDescribed:
    fields: dict[str, Any] = {"id": f"event-{next(_ids)}", "course": course(), **values}
    return ActivityDescribed(activity=activity(name), occurred_at=at, **fields)


def voided(target: Event, at: datetime = NOW) -> Voided:
    return Voided(id=f"event-{next(_ids)}", target=target.id, occurred_at=at)


class Campus:
    """One organisation with one sender."""

    def __init__(self, database: Database, name: str = "north", zone: str = ZONE) -> None:
        self.database = database
        self.organisation: OrganisationId = make_organisation(database, name, zone)
        source_id = make_source(database, self.organisation, f"{name}-lms")
        issuer = "https://lms.example"
        self.source = Source(source_id, self.organisation, name, f"{name}-lms", issuer, frozenset(Topic))
        self.writer = self.new_writer()

    def new_writer(self) -> EventWriter:
        """A writer that remembers nothing, as that of another process."""
        return EventWriter(self.database, IdentityCache(self.database), LIMITS)

    def arrivals(self, events: Iterable[Event], received_at: datetime = NOW) -> list[Arrived]:
        places = (Place("learning-events", 0, offset, b"{}", received_at) for offset in itertools.count())
        return [Arrived(event, self.source, received_at, place) for event, place in zip(events, places, strict=False)]

    def write(self, *events: Event, received_at: datetime = NOW, writer: EventWriter | None = None) -> Written:
        """One batch, as ingest writes it."""
        return write_batch(self.database, writer or self.writer, self.arrivals(events, received_at))

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds as the jobs' role; `:organisation` is this one."""
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            bound = {"organisation": self.organisation, **values}
            used = {name: value for name, value in bound.items() if f":{name}" in query}
            return [tuple(row) for row in connection.execute(text(query), used)]

    def value(self, query: str, **values: Any) -> Any:
        """The only value of the only row."""
        [(value,)] = self.rows(query, **values)
        return value

    def key_of(self, who: str) -> int:
        return int(self.value("SELECT person_id FROM person_identifiers WHERE value = :who", who=who))

    def differences(self) -> dict[str, int]:
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return differences(connection, self.organisation)


def write_batch(database: Database, writer: EventWriter, arrivals: Sequence[Arrived]) -> Written:
    """Prepares, writes and commits; prepares anew where the structure has changed meanwhile."""
    for _ in range(50):
        prepared = writer.prepare(arrivals)
        try:
            with database.transaction(DatabaseRole.INGEST, None) as connection:
                return writer.write(connection, prepared)
        except StructureChanged:
            continue
    raise AssertionError("the structure changed all the time")


@pytest.fixture
def campus(database: Database) -> Iterator[Campus]:
    """Its aggregates equal a recount at the end of every test."""
    campus = Campus(database)
    yield campus
    assert campus.differences() == {}
