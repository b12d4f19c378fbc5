"""The whole service behind uvicorn, and senders with keys who post to it over real connections."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.store.source_keys import MadeKey, make_key
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.web.application import Application
from tests.served import application_on, serving

_NUMBERS = itertools.count(1)
ISSUER = "https://lms.example"
XAPI = {"X-Experience-API-Version": "1.0.3"}


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered sender of an organisation of its own, with a key, on a served collector."""

    database: Database
    organisation_id: OrganisationId
    source_id: SourceId
    key: MadeKey
    client: httpx.Client = field(repr=False)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Posts with the key as bearer; httpx's own arguments."""
        return self.send("POST", path, **more)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The same by any method."""
        headers = {"Authorization": f"Bearer {self.key.whole}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def kept(self) -> list[tuple[str, bytes]]:
        """(kind of topic, body) of what lies in the inbox from this sender, in the order in which it came."""
        with self.database.transaction(DatabaseRole.INGEST, None) as connection:
            rows = connection.execute(
                text("SELECT topic, body FROM inbox WHERE source_id = :source ORDER BY inbox_id"),
                {"source": self.source_id},
            )
            return [(row.topic, bytes(row.body)) for row in rows]


MakeSender = Callable[..., Sender]


def register_sender(
    database: Database, allowed: frozenset[Topic] = frozenset(Topic), topics: Sequence[str] = ()
) -> tuple[OrganisationId, SourceId, MadeKey]:
    """A sender unlike all others, and its key."""
    name = f"sender-{next(_NUMBERS)}"
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, name, name.title(), "Europe/Berlin")
        source = register_source(connection, organisation, NewSource(name, ISSUER, allowed, tuple(topics)))
        return organisation, source, make_key(connection, organisation, source, datetime.now(UTC))


@contextmanager
def senders_of(database: Database, address: str) -> Iterator[MakeSender]:
    """Makes senders that post to an address."""
    clients: list[httpx.Client] = []

    def make(allowed: frozenset[Topic] = frozenset(Topic), topics: Sequence[str] = ()) -> Sender:
        organisation, source, key = register_sender(database, allowed, topics)
        clients.append(httpx.Client(base_url=address, timeout=60))
        return Sender(database, organisation, source, key, clients[-1])

    yield make
    for client in clients:
        client.close()


@contextmanager
def collecting(database: Database, **settings: Any) -> Iterator[tuple[Application, MakeSender]]:
    """The service on a database behind uvicorn, and senders for it."""
    with application_on(database, **settings) as application:
        try:
            with serving(application) as address, senders_of(database, address) as make:
                yield application, make
        finally:
            application.collectors.stop()


@pytest.fixture(scope="module")
def collector(module_database: Database) -> Iterator[tuple[Application, MakeSender]]:
    """The service as it is by default, with the inbox as its transport and nobody who takes events out of it."""
    with collecting(module_database) as running:
        yield running


@pytest.fixture(scope="module")
def make_sender(collector: tuple[Application, MakeSender]) -> MakeSender:
    """Makes a further sender; its arguments are what it may send, and its Kafka topics."""
    return collector[1]


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    """A sender that may send everything."""
    return make_sender()


def viewed(number: int, **more: Any) -> dict[str, Any]:
    """A native event, unlike every other of another number."""
    return {
        "type": "viewed",
        "id": f"event-{number}",
        "time": "2026-03-02T10:30:00+01:00",
        "actor": {"id": "anna"},
        "course": {"id": "algebra-2026"},
        "activity": {"id": "page-7", "type": "page"},
        **more,
    }
