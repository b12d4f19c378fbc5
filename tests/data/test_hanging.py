"""Who waits for a server that keeps its connections and answers nothing hears that the connection broke."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dashapp.data.database import Database
from dashapp.data.hanging import WatchedConnection, watched
from tests.relay import Relay, relay_to
from tests.waiting import await_that

PATIENCE = 0.2


@pytest.fixture
def relay(database: Database) -> Iterator[Relay]:
    folder, port = database.url.query["host"], database.url.port or 5432
    with relay_to(Path(str(folder)) / f".s.PGSQL.{port}") as made:
        yield made


@pytest.fixture
def connection(database: Database, relay: Relay) -> Iterator[WatchedConnection]:
    parts: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": relay.port,
        "user": database.url.username,
        "dbname": database.url.database,
    }
    opened = psycopg2.connect(**parts, **watched(PATIENCE))
    assert isinstance(opened, WatchedConnection)
    yield opened
    opened.close()


def run(connection: WatchedConnection, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def copy(connection: WatchedConnection) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY (SELECT 1) TO STDOUT", BytesIO())


@pytest.mark.parametrize(
    "wait", [lambda one: run(one, "SELECT 1"), copy, lambda one: one.commit(), lambda one: one.rollback()]
)
def test_waiting_for_a_server_that_hangs_ends(
    connection: WatchedConnection, relay: Relay, wait: Callable[[WatchedConnection], None]
) -> None:
    run(connection, "SELECT 1")
    with relay.hanging(), pytest.raises((psycopg2.OperationalError, psycopg2.InterfaceError)):
        wait(connection)


def test_a_connection_that_nobody_waits_for_stays(
    connection: WatchedConnection, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[WatchedConnection] = []
    look = WatchedConnection.end_if_overdue

    def count(one: WatchedConnection) -> None:
        look(one)
        looked.append(one)

    run(connection, "SELECT 1")
    monkeypatch.setattr(WatchedConnection, "end_if_overdue", count)
    with relay.hanging():
        await_that(lambda: looked.count(connection) >= 2, "the thread has looked twice")
    run(connection, "SELECT 1")
    connection.rollback()
