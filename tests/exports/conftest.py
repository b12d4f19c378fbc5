"""Two organisations with rows in every table, of which one leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, LargeBinary, insert, text

from dashapp.data.database import Database
from dashapp.data.store.leaving.inventory import OF_NOBODY
from dashapp.data.tables import TENANT_TABLES, inbox, metadata
from tests.campus import Campus, build_campus
from tests.data.conftest import as_superuser
from tests.data.test_row_level_security import any_value
from tests.served import web_settings
from tests.servers import TestDatabases

__all__ = ["as_superuser"]

_WORDS = {"zone": "Europe/Berlin", "transform": "same"}
SECRET = b"a-secret-of-the-installation"


@dataclass(frozen=True, slots=True)
class Two:
    """The one that leaves, and the one that stays."""

    leaving: Campus
    staying: Campus
    truth: Connection
    """Sees every row of everybody."""

    def rows(self) -> dict[str, dict[int, int]]:
        """How many rows there are, by table and organisation; of an event that waits, that of its sender."""
        owners = {int(each.source.source_id): int(each.organisation_id) for each in (self.leaving, self.staying)}
        found: dict[str, dict[int, int]] = {}
        for table in metadata.sorted_tables:
            if table.name in OF_NOBODY:
                continue
            owner = "organisation_id" if "organisation_id" in table.c else "source_id"
            counted = self.truth.execute(text(f"SELECT {owner}, count(*) FROM {table.name} GROUP BY 1")).all()
            found[table.name] = {
                (key if owner == "organisation_id" else owners[key]): number
                for key, number in counted
                if key is not None
            }
        return found

    def of(self, campus: Campus) -> dict[str, int]:
        """How many rows an organisation has, by table."""
        return {table: by.get(int(campus.organisation_id), 0) for table, by in self.rows().items()}


def fill_every_table(truth: Connection, campus: Campus) -> None:
    """One row more in every table; rows need not fit together."""
    organisation = int(campus.organisation_id)
    truth.execute(text("SELECT ensure_raw_partitions('2026-03-01', '2026-03-31')"))
    truth.execute(text("SET session_replication_role = replica"))
    for table in TENANT_TABLES:
        columns = [column for column in table.c if not column.identity and column.server_default is None]
        values = {column.name: any_value(column, organisation) for column in columns}
        for name in ("password_hash", "private_key"):
            if name in values:
                values[name] = SECRET.decode()
        for name in ("secret_hash", "code_hash", "digest", "session_digest", "name_hash", "state_hash"):
            if name in values and table.name != "dead_letters" and isinstance(table.c[name].type, LargeBinary):
                values[name] = SECRET + b"%d" % organisation
        # What ingest reads has to be something that it understands.
        values |= {name: word for name, word in _WORDS.items() if name in values}
        if table.name == "raw_events":
            values["body"] = b'{"id":"odd \\u0000 \\"=1+1\\" \xc3\xa4"}'
        truth.execute(insert(table).values(values))
    truth.execute(text("SET session_replication_role = origin"))
    waiting = {"slot": 0, "source_id": campus.source.source_id, "topic": "learning-events", "body": b"{\xff"}
    truth.execute(insert(inbox).values(**waiting, received_at=datetime(2026, 3, 4, tzinfo=UTC)))


def both(database: Database) -> tuple[Campus, Campus]:
    """Both organisations, with students, events, and something in every table."""
    settings = web_settings(database)
    leaving, staying = (build_campus(settings, database, name) for name in ("north", "south"))
    with database.administration() as connection:
        truth = connection.execution_options(isolation_level="AUTOCOMMIT")
        truth.exec_driver_sql("SET search_path = analytics")
        for each in (leaving, staying):
            fill_every_table(truth, each)
    return leaving, staying


@pytest.fixture
def copied(
    postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]
) -> Iterator[tuple[Database, tuple[Campus, Campus]]]:
    """A database of this test's own with both."""
    with databases_of(postgres_admin_url).filled("two organisations", both) as given:
        yield given


@pytest.fixture
def database(copied: tuple[Database, tuple[Campus, Campus]]) -> Database:
    return copied[0]


@pytest.fixture
def two(copied: tuple[Database, tuple[Campus, Campus]], as_superuser: Callable[[], Connection]) -> Two:
    """Both, in a database of this test's own."""
    database, made = copied
    settings = web_settings(database)
    leaving, staying = (replace(each, database=database, settings=settings) for each in made)
    found = Two(leaving, staying, as_superuser())
    assert {table for table, by in found.rows().items() if len(by) < 2} == set()
    return found
