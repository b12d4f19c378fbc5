"""Organisations to write into and to read from, on the database of the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.domain.keys import OrganisationId, SourceId

ZONE = "Europe/Berlin"


def make_organisation(database: Database, name: str, zone: str = ZONE) -> OrganisationId:
    """An organisation with a title and a time zone, and nothing else."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        return create_organisation(connection, name, f"University of {name.title()}", zone)


def make_source(database: Database, organisation: OrganisationId, name: str, **values: Any) -> SourceId:
    """A sender that may send everything on the three topics."""
    topics = ("learning-events", "user-events", "content-events")
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        source = NewSource(name, issuer=f"https://{name}.example", **{"topics": topics, **values})
        return register_source(connection, organisation, source)


@pytest.fixture
def organisation(database: Database) -> OrganisationId:
    """The organisation that a test is about."""
    return make_organisation(database, "north")


@pytest.fixture
def other_organisation(database: Database) -> OrganisationId:
    """A second organisation in the same database, of which the first must see nothing."""
    return make_organisation(database, "south")


@pytest.fixture
def source(database: Database, organisation: OrganisationId) -> SourceId:
    """A sender of `organisation`."""
    return make_source(database, organisation, "lms")


@pytest.fixture
def as_superuser(database: Database) -> Iterator[Callable[[], Connection]]:
    """Opens a connection that sees everything, whatever row-level security says: to look at the truth, and to make
    states that no role could make. Statements commit by themselves."""
    opened = []

    def connect() -> Connection:
        manager = database.administration()
        connection = manager.__enter__().execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET search_path = analytics")
        opened.append(manager)
        return connection

    yield connect
    for manager in opened:
        manager.__exit__(None, None, None)
