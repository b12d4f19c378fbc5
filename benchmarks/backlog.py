"""A believable backlog of native events, and the servers that a benchmark of the ingest needs."""

import os
import random
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from kafka import KafkaProducer

from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.domain.events import ActivityType, Identifier, LearningEvent, Verb
from dashapp.domain.keys import OrganisationId
from deploy.local_kafka import TOPICS, LocalKafka
from ingest.native import encode

REPOSITORY = Path(__file__).resolve().parents[1]
ISSUER = "https://lms.example"
LEARNERS = 10_000
COURSES = 60
COURSES_EACH = 2
DAYS = 21
SESSION = 7
"""Events in a row by one learner in one course."""
ACTIVITIES = 40
VERBS = [Verb.VIEWED] * 12 + [Verb.INTERACTED] * 4 + [Verb.COMPLETED, Verb.ANSWERED, Verb.SUBMITTED, Verb.POSTED]
KINDS = [ActivityType.PAGE, ActivityType.VIDEO, ActivityType.QUIZ, ActivityType.FORUM, ActivityType.ASSIGNMENT]
PARTITIONS = 2


@dataclass(frozen=True, slots=True)
class Servers:
    """A broker and a database of their own, both on this machine, with one organisation."""

    folder: Path
    broker: LocalKafka
    database: Database
    organisation: OrganisationId

    def administrate(self, *statements: str) -> None:
        """Runs statements as the superuser, each in a transaction of its own."""
        assert self.database.server is not None
        engine = sa.create_engine(self.database.server.admin_url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text("SET search_path = analytics"))
            for statement in statements:
                connection.execute(sa.text(statement))

    def scalar(self, statement: str) -> int:
        """One number of the organisation."""
        with self.database.transaction(DatabaseRole.INGEST, self.organisation) as connection:
            return int(connection.execute(sa.text(statement)).scalar_one() or 0)

    def environment(self, **more: str) -> dict[str, str]:
        """In which a command of the service works on these servers."""
        return {
            **os.environ,
            "DATA_DIR": str(self.folder),
            "KAFKA_BROKERS": self.broker.bootstrap,
            "DEMO": "false",
            "LOG_LEVEL": "WARNING",
            **more,
        }

    def start_ingest(self, **more: str) -> "subprocess.Popen[bytes]":
        """`python -m ingest` on these servers."""
        return subprocess.Popen([sys.executable, "-m", "ingest"], cwd=REPOSITORY, env=self.environment(**more))


@contextmanager
def servers() -> Iterator[Servers]:
    """Starts everything in a temporary folder and takes it away afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="la-benchmark-")))
        database = embedded_database(folder / "database")
        stack.callback(database.close)
        migrate(database)
        broker = LocalKafka(folder / "kafka")
        stack.callback(broker.stop)
        broker.start()
        for topic in TOPICS:
            broker.create_topic(topic, PARTITIONS)
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation = create_organisation(connection, "benchmark", "Benchmark", "Europe/Berlin")
            register_source(connection, organisation, NewSource("benchmark", ISSUER, topics=TOPICS))
        yield Servers(folder, broker, database, organisation)


def believable_events(count: int, seed: int = 1) -> Iterator[LearningEvent]:
    """Sessions of seven events each, by learners of whom some do much and most do little, in the order of time.

    500,000 events make about 65,000 learner-days.
    """
    chance = random.Random(seed)
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS + 1)
    people = [Identifier(ISSUER, "account", f"learner-{number}") for number in range(LEARNERS)]
    courses = [Identifier(ISSUER, "course", f"course-{number}") for number in range(COURSES)]
    activities = [Identifier(ISSUER, "activity", f"activity-{number}") for number in range(ACTIVITIES)]
    sessions = sorted(
        (chance.randrange(DAYS * 86_400), int(LEARNERS * chance.random() ** 1.6)) for _ in range(count // SESSION + 1)
    )
    made = 0
    for second, number in sessions:
        course = courses[(number * 7 + chance.randrange(COURSES_EACH) * 13) % COURSES]
        at = begin + timedelta(seconds=second, milliseconds=chance.randrange(1000))
        for _ in range(SESSION):
            activity = chance.randrange(ACTIVITIES)
            verb = chance.choice(VERBS)
            yield LearningEvent(
                id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                verb=verb,
                person=people[number],
                course=course,
                occurred_at=at,
                activity=activities[activity],
                activity_type=KINDS[activity % len(KINDS)],
                score=chance.randrange(11) if verb is Verb.SUBMITTED else None,
                max_score=10 if verb is Verb.SUBMITTED else None,
                item=f"item-{chance.randrange(9)}" if verb is Verb.ANSWERED else None,
            )
            made += 1
            if made == count:
                return
            at += timedelta(seconds=chance.randrange(5, 200))


def encode_native(event: LearningEvent) -> bytes:
    """An event as a native message."""
    return encode(event, ISSUER)


def fill(servers: Servers, count: int, encoded: Callable[[LearningEvent], bytes] = encode_native) -> None:
    """Produces the backlog, keyed by learner."""
    producer = KafkaProducer(bootstrap_servers=servers.broker.bootstrap, linger_ms=50, batch_size=262_144)
    try:
        for event in believable_events(count):
            producer.send(TOPICS[0], encoded(event), key=event.person.value.encode())
        producer.flush()
    finally:
        producer.close()
