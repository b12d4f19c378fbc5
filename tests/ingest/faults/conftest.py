"""Both transports behind one face, processes to kill, and a database server to stop."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole, database_from
from dashapp.data.migrations import migrate
from dashapp.data.store.locks import own_organisation
from dashapp.domain.events import Event, Topic
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.gathering import kind_of
from ingest.native import encode
from tests.ingest.conftest import ISSUER, Campus, producing, put, register, send
from tests.ingest.processes import Process, members
from tests.servers import DebianCluster, debian_cluster
from tests.waiting import await_that

BATCH_SIZE = 20
"""So that there are many commits between which something can happen."""


_AT_WORK = (
    "SELECT count(*) FROM ingest_status"
    " WHERE state = 'running' AND reported_at > clock_timestamp() - interval '3 seconds'"
)


@dataclass(slots=True)
class Road:
    """A transport with a campus at its end."""

    campus: Campus
    settings: Settings
    broker: LocalKafka | None = None
    """None: the inbox."""
    offered: int = 0

    def offer(self, events: Sequence[Event]) -> None:
        """Puts events into the transport; returns when they are safe there."""
        if self.broker is not None:
            with producing(self.broker) as producer:
                send(producer, self.settings.kafka_topics, events)
        else:
            for kind in Topic:
                put(self.campus, [encode(event, ISSUER) for event in events if kind_of(event) is kind], kind.value)
        self.offered += len(events)

    def offer_bodies(self, bodies: Sequence[bytes]) -> None:
        """The same for bodies of learning events, as they are."""
        if self.broker is not None:
            with producing(self.broker) as producer:
                for number, body in enumerate(bodies):
                    producer.send(self.settings.kafka_topics[0], body, partition=number % 2)
                producer.flush()
        else:
            for begin in range(0, len(bodies), 100):
                put(self.campus, bodies[begin : begin + 100], Topic.LEARNING.value)
        self.offered += len(bodies)

    def taken(self) -> int:
        """How many of the offered records are committed."""
        with self.campus.database.transaction(DatabaseRole.INGEST, None) as connection:
            if self.broker is None:
                return self.offered - int(connection.execute(text("SELECT count(*) FROM inbox")).scalar_one())
            return int(
                connection.execute(text("SELECT coalesce(sum(next_offset), 0) FROM transport_offsets")).scalar_one()
            )

    def await_taken(self, count: int) -> None:
        """Returns when so many records are committed."""
        await_that(lambda: self.taken() >= count, f"{count} of {self.offered} records are committed", 90)

    def await_all(self) -> None:
        """Returns when every record that was offered is committed."""
        self.await_taken(self.offered)

    def at_work(self) -> int:
        """How many processes say that they run."""
        with self.campus.database.transaction(DatabaseRole.INGEST, None) as connection:
            return int(connection.execute(text(_AT_WORK)).scalar_one())

    def members(self) -> set[str]:
        """The members of the consumer group, nobody while it rebalances or where there is none."""
        return members(self.broker.bootstrap, self.settings.kafka_group) if self.broker is not None else set()


@contextmanager
def writes_held_up(road: Road) -> Iterator[Callable[[], object]]:
    """No batch of the organisation can be written meanwhile, as behind a long change of its structure. Who holds it up
    for a minute calls what is given now and then, since PostgreSQL ends a transaction that is silent."""
    with road.campus.database.transaction(DatabaseRole.JOBS, road.campus.organisation_id) as connection:
        own_organisation(connection, road.campus.organisation_id)
        yield lambda: connection.execute(text("SELECT 1"))


MakeRoad = Callable[[Database], Road]


# What differs by the transport only is tried in both of them in the long run.
@pytest.fixture(params=[pytest.param("kafka", marks=pytest.mark.kafka), pytest.param("inbox", marks=pytest.mark.long)])
def make_road(request: pytest.FixtureRequest, make_settings: Callable[..., Settings]) -> MakeRoad:
    """Makes a road of each transport to a database."""
    more: dict[str, Any] = {}
    topics: Sequence[str] = ()
    broker: LocalKafka | None = None
    if request.param == "kafka":
        broker, topics = request.getfixturevalue("kafka_broker"), request.getfixturevalue("topics")
        assert broker is not None
        more = {
            "kafka_brokers": (broker.bootstrap,),
            "kafka_topics": topics,
            "kafka_group": f"group-of-{topics[0]}",
        }
    settings = make_settings(
        analytics_batch_size=BATCH_SIZE, data_retention_days=36_500, aggregate_retention_days=36_500, **more
    )

    def make(database: Database) -> Road:
        source = register(database, "campus", topics)
        return Road(Campus(database, source.organisation_id, source), settings, broker)

    return make


@pytest.fixture
def road(make_road: MakeRoad, database: Database) -> Road:
    """A road to a fresh database."""
    return make_road(database)


@pytest.fixture
def run_process() -> Iterator[Callable[..., Process]]:
    """Starts processes on a road; what still runs at the end is killed."""
    started: list[Process] = []

    def run(road: Road, instance: str | None = None) -> Process:
        started.append(Process(road.settings, road.campus.database, instance))
        return started[-1]

    yield run
    for process in started:
        process.kill()


@pytest.fixture
def own_cluster(make_settings: Callable[..., Settings]) -> Iterator[tuple[DebianCluster, Database]]:
    """A database on a server of the system's packages that this test may stop."""
    with debian_cluster() as cluster:
        database = database_from(make_settings(database_url=cluster.url))
        migrate(database)
        yield cluster, database
        database.dispose()
