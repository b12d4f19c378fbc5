"""A small campus that is written as events through the real write path, and read back by the pages' queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import psycopg2.extensions
import pytest
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.classroom import classroom_view
from dashapp.data.queries.classroom_work import read_classroom_work as read_work
from dashapp.data.queries.compared import read_compared
from dashapp.data.queries.institution import institution_view
from dashapp.data.queries.people import principal_for
from dashapp.data.queries.room import read_room
from dashapp.data.store.organisations import create_organisation, ensure_units, grant_administrator
from dashapp.data.store.senders import read_senders
from dashapp.domain.audience import Audience
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    ExtensionGranted,
    Identifier,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Precision,
    Role,
    SectionDescribed,
    Source,
    Verb,
    Voided,
)
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import ClassroomView, ClassroomWorkView, InstitutionView
from dashapp.settings import Settings
from ingest.bulk import bulk_loader
from tests.data.conftest import make_source
from tests.servers import TestDatabases

NOW = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
"""A Thursday noon in Berlin, in the tenth teaching week."""
START, END = date(2026, 3, 2), date(2026, 7, 31)


def at(moment: str) -> datetime:
    """An instant of 2026 in UTC, as in "05-06 08:10"."""
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=UTC)


@dataclass
class World:
    """One organisation, and short words for what happens in it. Nothing is written before `write`."""

    database: Database
    settings: Settings
    organisation: OrganisationId
    source: Source
    events: list[Event] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def _id(self) -> str:
        return f"{self.source.name}-{next(self.numbers):05}"

    def _named(self, kind: str, value: str) -> Identifier:
        return Identifier(self.source.issuer, kind, value)

    def course(self, code: str, unit: str = "Science", **values: Any) -> None:
        described = {"title": f"Course {code}", "starts_on": START, "ends_on": END, **values}
        self.events.append(
            CourseDescribed(
                self._id(),
                self._named("course", code),
                at("01-05 08:00"),
                code=code,
                organisation_unit=unit,
                **described,
            )
        )

    def section(self, course: str, name: str) -> None:
        self.events.append(
            SectionDescribed(self._id(), self._named("course", course), name, at("01-05 08:00"), f"Section {name}")
        )

    def person(self, name: str, **values: Any) -> None:
        self.events.append(
            PersonDescribed(
                self._id(), self._named("person", name), at("01-05 08:00"), name.title(), "Example", **values
            )
        )

    def member(self, name: str, course: str, role: Role = Role.LEARNER, **values: Any) -> None:
        given = {"active": True, "occurred_at": at("02-20 08:00"), **values}
        self.events.append(
            MembershipChanged(self._id(), self._named("person", name), self._named("course", course), role, **given)
        )

    def voided(self, target: str) -> None:
        """Takes back the event of this id."""
        self.events.append(Voided(self._id(), target))

    def learners(self, course: str, *names: str, **values: Any) -> None:
        for name in names:
            self.member(name, course, **values)

    def task(self, course: str, name: str, due: str | None = None, **values: Any) -> None:
        given = {"activity_type": ActivityType.ASSIGNMENT, "title": f"Task {name}", "max_score": 10.0, **values}
        self.events.append(
            ActivityDescribed(
                self._id(),
                self._named("course", course),
                self._named("activity", name),
                at("01-05 08:00"),
                due_at=at(due) if due else None,
                **given,
            )
        )

    def extended(self, name: str, course: str, task: str, due: str) -> None:
        self.events.append(
            ExtensionGranted(
                self._id(),
                self._named("person", name),
                self._named("course", course),
                self._named("activity", task),
                at(due),
                at("05-01 10:00"),
            )
        )

    def seen(self, name: str, course: str, *moments: str, **values: Any) -> None:
        for moment in moments:
            self._learning(name, course, Verb.VIEWED, moment, **values)

    def seen_on(self, name: str, course: str, *days: str) -> None:
        """Events of a source that knows only the day."""
        for day in days:
            self._learning(name, course, Verb.VIEWED, f"{day} 00:00", precision=Precision.DAY)

    def submitted(self, name: str, course: str, task: str, moment: str, **values: Any) -> None:
        self._learning(name, course, Verb.SUBMITTED, moment, activity=self._named("activity", task), **values)

    def graded(self, name: str, course: str, task: str, moment: str, score: float | None, **values: Any) -> None:
        self._learning(name, course, Verb.GRADED, moment, activity=self._named("activity", task), score=score, **values)

    def _learning(self, name: str, course: str, verb: Verb, moment: str, **values: Any) -> None:
        self.events.append(
            LearningEvent(
                self._id(), verb, self._named("person", name), self._named("course", course), at(moment), **values
            )
        )

    def write(self, now: datetime = NOW) -> None:
        """Writes what has been said since the last time, at this instant."""
        batch, self.events = self.events, []
        with bulk_loader(self.settings, self.database, retention_days=3650) as loader:
            (counted,) = loader.load(self.source, [batch], lambda: now)
        assert counted.refused == 0
        assert counted.new == len(batch)

    # ------------------------------------------------------------------ who and what it became

    def _one(self, statement: str, **values: object) -> Any:
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return connection.execute(text(statement), values).one()

    def person_id(self, name: str) -> PersonId:
        return PersonId(self._one("SELECT person_id FROM person_identifiers WHERE value = :name", name=name)[0])

    def course_id(self, code: str) -> CourseId:
        return CourseId(self._one("SELECT course_id FROM courses WHERE code = :code", code=code)[0])

    def public_id(self, name: str) -> UUID:
        """Of a person by name, or of a course by code."""
        if name.isupper():
            return UUID(str(self._one("SELECT public_id FROM courses WHERE code = :code", code=name)[0]))
        key = self.person_id(name)
        return UUID(str(self._one("SELECT public_id FROM people WHERE person_id = :key", key=key)[0]))

    def principal(self, name: str, instant: datetime = NOW) -> Principal:
        public_id = self.public_id(name)
        with self.database.transaction(DatabaseRole.WEB, self.organisation) as connection:
            return principal_for(connection, self.organisation, public_id, instant)

    def make_administrator(self, name: str) -> None:
        key = self.person_id(name)
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            grant_administrator(connection, self.organisation, key)

    def read(self, query: Callable[..., Any], *arguments: Any) -> Any:
        """Runs a query as the web role of this organisation."""
        with self.database.transaction(DatabaseRole.WEB, self.organisation) as connection:
            return query(connection, *arguments)

    def named_scope(self, course: str) -> Scope:
        """What a teacher of the course may read."""
        return Scope(self.organisation, PersonId(0), Audience.NAMED, frozenset({self.course_id(course)}), None)

    def everything(self, minimum_group: int = 5) -> Scope:
        """What an administrator may read."""
        return Scope(self.organisation, PersonId(0), Audience.AGGREGATE, None, None, minimum_group)


AS_OF = AsOf(NOW)


def make_world(database: Database, settings: Settings, name: str) -> World:
    """An organisation in Berlin's time with two faculties and a sender."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, name, f"University of {name.title()}", "Europe/Berlin")
        for unit in ("Science", "Arts"):
            ensure_units(connection, organisation, [unit])
    source = make_source(database, organisation, f"{name}-lms")
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        registered = next(one.source for one in read_senders(connection) if one.source.source_id == source)
    return World(database, settings, organisation, registered)


def filled(fill: Callable[[World], World]) -> Any:
    """A fixture of a world that is filled once in a module; each test has a copy of its own."""

    @pytest.fixture(name=fill.__name__)
    def copied(
        postgres_admin_url: str,
        databases_of: Callable[[str], TestDatabases],
        make_settings: Callable[..., Settings],
    ) -> Iterator[World]:
        settings = make_settings()

        def make(database: Database) -> World:
            return fill(make_world(database, settings, "north"))

        with databases_of(postgres_admin_url).filled(fill.__module__, make) as (database, made):
            yield replace(made, database=database, settings=settings, events=[])

    return copied


@pytest.fixture
def database(
    request: pytest.FixtureRequest, postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]
) -> Iterator[Database]:
    """The test's own: that of its campus where it has one, else an empty one."""
    if "campus" in request.fixturenames:
        campus: World = request.getfixturevalue("campus")
        yield campus.database
        return
    with databases_of(postgres_admin_url).fresh() as fresh:
        yield fresh


@pytest.fixture
def world(database: Database, make_settings: Callable[..., Settings]) -> World:
    """An organisation without courses and people."""
    return make_world(database, make_settings(), "north")


@pytest.fixture
def other_world(database: Database, make_settings: Callable[..., Settings]) -> World:
    """A second organisation in the same database."""
    return make_world(database, make_settings(), "south")


NAMES = ("ada", "ben", "cho", "dan", "eve", "fay")


@filled
def campus(world: World) -> World:
    """A classroom. ALG: Ada and Ben in section a, the others in section b. Fay was never there."""
    world.course("ALG")
    for section in ("a", "b"):
        world.section("ALG", section)
    for name in (*NAMES, "tutor", "dean"):
        world.person(name)
    for name in NAMES:
        world.member(name, "ALG", section="a" if name in ("ada", "ben") else "b")
    world.member("tutor", "ALG", Role.TEACHER)
    world.task("ALG", "one", "04-20 20:00")
    world.task("ALG", "two", "05-05 20:00")
    world.task("ALG", "three", "05-20 20:00")
    for name in NAMES[:-1]:
        world.seen(name, "ALG", "04-28 12:00", "04-28 12:15", "05-06 12:00")
        world.submitted(name, "ALG", "one", "04-18 10:00", score=8.0)
    world.seen("ada", "ALG", "04-30 09:00", "04-30 09:29")
    world.submitted("ada", "ALG", "two", "05-04 09:00", score=6.0)
    world.seen("tutor", "ALG", "05-06 12:00")
    world.write()
    return world


def room(world: World, course: str = "ALG", as_of: AsOf = AS_OF, **filters: object) -> ClassroomView:
    """The page of a course, as its teacher sees it with these filters."""
    view: ClassroomView = world.read(
        read_classroom, world.named_scope(course), as_of, Filters.parse(**filters), world.course_id(course)
    )
    return view


@contextmanager
def counted_statements(connection: Connection) -> Iterator[list[str]]:
    """The statements that this connection sends within the block, COPY too."""
    statements: list[str] = []

    class Counting(psycopg2.extensions.cursor):
        def execute(self, query: Any, variables: Any = None) -> None:
            # What makes a statement known to a connection asks nothing yet.
            if not str(query).startswith("PREPARE"):
                statements.append(_prepared(self.connection, str(query)))
            super().execute(query, variables)

        def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
            statements.append(str(sql))
            super().copy_expert(sql, file, size)

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg2.extensions.connection)
    driver.cursor_factory = Counting
    yield statements
    # The connection goes back to the pool.
    driver.cursor_factory = psycopg2.extensions.cursor


def _prepared(connection: Any, query: str) -> str:
    """The text of the statement that a query executes by its name; of all others the query itself."""
    if not query.startswith("EXECUTE "):
        return query
    name = query.removeprefix("EXECUTE ").partition("(")[0]
    with psycopg2.extensions.cursor(connection) as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name = %s", (name,))
        return str(cursor.fetchone()[0])  # type: ignore[index]  # what is executed has been prepared


def read_classroom(
    connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, course: CourseId
) -> ClassroomView:
    """The first round of a classroom's page."""
    return classroom_view(read_room(connection, scope, as_of, filters, course), filters)


def read_classroom_work(
    connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, course: CourseId
) -> ClassroomWorkView:
    """The round for what stands below the fold."""
    return read_work(connection, read_room(connection, scope, as_of, filters, course))


def read_institution(connection: Connection, scope: Scope, as_of: AsOf, filters: Filters) -> InstitutionView:
    """The first round of an institution's page."""
    return institution_view(read_compared(connection, scope, as_of, filters), filters)
