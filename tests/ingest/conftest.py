"""A campus with registered senders, topics of its own on the broker, and an ingest to run on them."""

import gc
import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.store.senders import read_senders
from dashapp.domain.events import Event, Identifier, LearningEvent, Source, Topic, Verb
from dashapp.domain.keys import OrganisationId
from dashapp.observability.metrics import Metrics, build_metrics
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.gathering import kind_of
from ingest.loop import Ingest, ingest_from
from ingest.native import encode
from tests.waiting import PATIENCE

ISSUER = "https://lms.example"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Campus:
    """One organisation in a fresh database, whose sender may send everything."""

    database: Database
    organisation_id: OrganisationId
    source: Source

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, as la_ingest sees them for this organisation."""
        with self.database.transaction(DatabaseRole.INGEST, self.organisation_id) as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def scalar(self, statement: str, **values: Any) -> Any:
        """The first value of the first row."""
        return self.rows(statement, **values)[0][0]

    def letters(self) -> list[tuple[str, str]]:
        """(reason, detail) of all dead letters, in their order, each as often as it came."""
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            chosen = "SELECT reason, detail, count AS times FROM dead_letters ORDER BY dead_letter_id"
            rows = connection.execute(text(chosen)).all()
            return [(row.reason, row.detail) for row in rows for _ in range(row.times)]

    def counted(self) -> int:
        """How many learning events the learner-days add up to."""
        return int(self.scalar("SELECT coalesce(sum(events), 0) FROM learner_course_days"))


def register(
    database: Database, name: str, topics: Sequence[str], allowed: frozenset[Topic] = frozenset(Topic)
) -> Source:
    """A sender of an organisation of its own, both called `name`."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, name, name.title(), "Europe/Berlin")
        register_source(connection, organisation, NewSource(name, ISSUER, allowed, tuple(topics)))
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        return next(each.source for each in read_senders(connection) if each.source.name == name)


@pytest.fixture
def topics(kafka_broker: LocalKafka, request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """Three topics of this test's own, with two partitions each."""
    number = next(_NUMBERS)
    names = (f"learning-{number}", f"user-{number}", f"content-{number}")
    for name in names:
        kafka_broker.create_topic(name, config={"max.message.bytes": "20000000"})
    return names


_NUMBERS = itertools.count(1)


@pytest.fixture
def campus(database: Database) -> Campus:
    """A campus whose sender uses the inbox."""
    source = register(database, "campus", ())
    return Campus(database, source.organisation_id, source)


@pytest.fixture
def kafka_campus(database: Database, topics: tuple[str, str, str]) -> Campus:
    """A campus whose sender is the only one on the three topics."""
    source = register(database, "campus", topics)
    return Campus(database, source.organisation_id, source)


@pytest.fixture
def metrics() -> Metrics:
    """Metrics that start at zero."""
    return build_metrics()


@pytest.fixture
def ingest_settings(
    make_settings: Callable[..., Settings], kafka_broker: LocalKafka, topics: tuple[str, str, str]
) -> Settings:
    """Settings for the test's topics, with a group of its own and a horizon that lets every event through."""
    return make_settings(
        kafka_brokers=(kafka_broker.bootstrap,),
        kafka_topics=topics,
        kafka_group=f"group-of-{topics[0]}",
        data_retention_days=36_500,
        aggregate_retention_days=36_500,
    )


@pytest.fixture
def run_ingest(metrics: Metrics) -> Iterator[Callable[[Settings, Database], Ingest]]:
    """Starts an ingest; all of them are stopped at the end."""
    running: list[Ingest] = []

    def run(settings: Settings, database: Database, instance: str | None = None) -> Ingest:
        ingest = ingest_from(settings, database, metrics, instance)
        ingest.start()
        running.append(ingest)
        return ingest

    yield run
    for ingest in running:
        assert ingest.stop(30)


@pytest.fixture
def sockets_left_open(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """For tests in which the broker goes away; asked for first. kafka-python does not close the socket of an attempt to
    connect that was refused, but leaves it to the garbage collector, which warns of each: in this test, not in a later
    one."""
    yield
    for phase in ("setup", "call"):
        # What the client logged holds on to its sockets.
        caplog.get_records(phase).clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def producing(broker: LocalKafka) -> Iterator[KafkaProducer]:
    """A producer on the broker."""
    made = KafkaProducer(
        bootstrap_servers=broker.bootstrap, linger_ms=5, batch_size=262_144, max_request_size=20_000_000
    )
    yield made
    made.close(timeout=5)


@pytest.fixture
def producer(kafka_broker: LocalKafka) -> Iterator[KafkaProducer]:
    """A producer on the broker."""
    with producing(kafka_broker) as made:
        yield made


def send(producer: KafkaProducer, topics: Sequence[str], events: Sequence[Event]) -> None:
    """Puts events onto the topics of their kinds, spread by actor over partitions; returns when they are safe."""
    names = dict(zip(Topic, topics, strict=True))
    pending = []
    for event in events:
        actor = getattr(event, "person", None)
        key = actor.value.encode() if actor is not None else None
        pending.append(producer.send(names[kind_of(event)], encode(event, ISSUER), key=key))
    producer.flush()
    for sent in pending:
        sent.get(timeout=PATIENCE)


def put(campus: Campus, bodies: Sequence[bytes], topic: str = "learning") -> None:
    """Puts bodies into the inbox."""
    with campus.database.transaction(DatabaseRole.WEB, None) as connection:
        inbox.put(connection, campus.source.source_id, topic, bodies, "a pseudonym key for tests only, 32 long")


def viewed(number: int, person: str = "anna", course: str = "algebra", **more: Any) -> LearningEvent:
    """A view by a learner, unlike every other of another number."""
    return LearningEvent(
        id=f"event-{number}",
        verb=Verb.VIEWED,
        person=Identifier(ISSUER, "account", person),
        course=Identifier(ISSUER, "course", course),
        **{"occurred_at": NOW, **more},
    )


def offset_told(broker: LocalKafka, settings: Settings, topic: str) -> int:
    """How many records of a topic the consumer group has told the broker to have read, as lag tools see it."""
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        offsets = admin.list_group_offsets([settings.kafka_group])[settings.kafka_group]
    return sum(told.offset for partition, told in offsets.items() if partition.topic == topic and told.offset > 0)
