"""Whatever is killed or stopped on the way, each event counts exactly once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.keys import event_key
from dashapp.data.store.recount import differences
from dashapp.domain import events as domain
from dashapp.domain.events import ActivityType, Event, Identifier, LearningEvent, Precision, Role, Verb
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from tests.ingest.conftest import ISSUER, NOW, PATIENCE, Campus, await_that, send

pytestmark = pytest.mark.kafka
REPOSITORY = Path(__file__).resolve().parents[2]
COURSES = [Identifier(ISSUER, "course", f"course {number}") for number in range(4)]
VERBS = [Verb.VIEWED] * 6 + [Verb.SUBMITTED, Verb.GRADED, Verb.COMPLETED, Verb.POSTED]


class Process:
    """`python -m ingest`, as an operator runs it."""

    def __init__(self, settings: Settings, database: Database, instance: str | None = None) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": database.url.render_as_string(hide_password=False),
            "DATA_DIR": str(settings.data_dir),
            "DEMO": "false",
            "KAFKA_BROKERS": ",".join(settings.kafka_brokers),
            "KAFKA_TOPICS": ",".join(settings.kafka_topics),
            "KAFKA_GROUP": settings.kafka_group,
            "ANALYTICS_BATCH_SIZE": str(settings.analytics_batch_size),
            "DATA_RETENTION_DAYS": "36500",
            "AGGREGATE_RETENTION_DAYS": "36500",
        }
        command = [sys.executable, "-m", "ingest", *(["--instance", instance] if instance else [])]
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with (settings.data_dir / "ingest.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=log)

    def signal(self, number: int) -> None:
        """Sends a signal to it."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """Asks it to end; gives its exit code."""
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None


@pytest.fixture
def run_process() -> Iterator[Callable[..., Process]]:
    """Starts processes; what still runs at the end is killed."""
    started: list[Process] = []

    def run(*arguments: Any) -> Process:
        started.append(Process(*arguments))
        return started[-1]

    yield run
    for process in started:
        process.kill()


def semester(chance: random.Random, count: int) -> list[Event]:
    """Events of every kind over three topics, in disorder, a tenth of them twice: descriptions, roles that come late,
    work, views and retractions."""
    people = [Identifier(ISSUER, "account", f"person {number}") for number in range(60)]
    made: list[Event] = []
    for number, course in enumerate(COURSES):
        made.append(
            domain.CourseDescribed(f"course {number}", course, NOW, code=f"C{number}", title=f"Course {number}")
        )
        for activity in range(5):
            name = Identifier(ISSUER, "activity", f"activity {activity}")
            kind = chance.choice([ActivityType.QUIZ, ActivityType.PAGE])
            made.append(domain.ActivityDescribed(f"activity {number} {activity}", course, name, NOW, kind))
        teacher = people[number]
        made.append(domain.MembershipChanged(f"teacher {number}", teacher, course, Role.TEACHER, True, NOW))
    for number, person in enumerate(people):
        made.append(domain.PersonDescribed(f"person {number}", person, NOW, f"Name {number}", is_test=number == 7))
        course = chance.choice(COURSES)
        made.append(domain.MembershipChanged(f"enrolment {number}", person, course, Role.LEARNER, True, NOW))
    for number in range(count):
        made.append(_learning(chance, number, people))
    made += [domain.Voided(f"voided {number}", f"learning {number}", NOW) for number in range(0, count, 97)]
    made += chance.sample(made, len(made) // 10)
    chance.shuffle(made)
    return made


def _learning(chance: random.Random, number: int, people: Sequence[Identifier]) -> LearningEvent:
    verb = chance.choice(VERBS)
    marked = verb in (Verb.SUBMITTED, Verb.GRADED)
    return LearningEvent(
        id=f"learning {number}",
        verb=verb,
        person=chance.choice(people),
        course=chance.choice(COURSES),
        occurred_at=NOW + timedelta(seconds=chance.randrange(40 * 86_400)),
        precision=Precision.DAY if chance.random() < 0.1 else Precision.INSTANT,
        count=chance.choice([1, 1, 1, 5]),
        activity=Identifier(ISSUER, "activity", f"activity {chance.randrange(6)}"),
        activity_type=chance.choice([None, ActivityType.QUIZ, ActivityType.FORUM]),
        score=chance.randrange(101) if marked else None,
        max_score=100 if marked else None,
        attempt=chance.randrange(1, 4) if marked else 1,
        post=f"post {number}" if verb is Verb.POSTED else None,
    )


def committed(database: Database) -> int:
    """How many records are committed, by the offsets in the database."""
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        return int(connection.execute(text("SELECT coalesce(sum(next_offset), 0) FROM transport_offsets")).scalar_one())


def assert_counted_once(campus: Campus, events: Sequence[Event]) -> None:
    """Raw events are what was produced, and every aggregate is a recount of them."""
    assert campus.letters() == []
    raw = campus.rows("SELECT event_id FROM raw_events")
    assert len(raw) == len(set(raw)), "an event has two raw rows"
    assert {key for (key,) in raw} == {event_key(event.id) for event in events}
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}


def replay_with_kills(
    kills: int, campus: Campus, settings: Settings, producer: KafkaProducer, run_process: Callable[..., Process]
) -> None:
    """Kills the process after a random number of commits, at a random moment of the next one, and starts it again."""
    seed = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"KILL_SEED={seed}\n")
    chance = random.Random(seed)
    events = semester(chance, 1_000 * kills)
    send(producer, settings.kafka_topics, events)
    step = len(events) // (kills + 1)
    for kill in range(kills):
        process = run_process(settings, campus.database, "the-only-one")
        goal = min(len(events) - 1, max(committed(campus.database) + 1, kill * step + chance.randrange(step)))
        await_that(lambda goal=goal: committed(campus.database) >= goal, "the process commits")  # type: ignore[misc]
        moment = time.perf_counter() + chance.uniform(0, 0.08)
        while time.perf_counter() < moment:
            pass
        process.kill()
    process = run_process(settings, campus.database, "the-only-one")
    await_that(lambda: committed(campus.database) == len(events), "everything is committed")
    assert process.end() == 0
    assert_counted_once(campus, events)


def test_ten_kills_lose_nothing_and_count_nothing_twice(
    kafka_campus: Campus,
    make_small_batches: Settings,
    producer: KafkaProducer,
    run_process: Callable[..., Process],
) -> None:
    replay_with_kills(10, kafka_campus, make_small_batches, producer, run_process)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_hundred_kills_lose_nothing_and_count_nothing_twice(
    kafka_campus: Campus,
    make_small_batches: Settings,
    producer: KafkaProducer,
    run_process: Callable[..., Process],
) -> None:
    replay_with_kills(100, kafka_campus, make_small_batches, producer, run_process)


@pytest.fixture
def make_small_batches(ingest_settings: Settings) -> Settings:
    """So that there are many commits among which to kill."""
    return ingest_settings.model_copy(update={"analytics_batch_size": 20})


def test_a_process_that_sleeps_over_a_rebalance_cannot_set_offsets_back(
    kafka_campus: Campus,
    make_small_batches: Settings,
    producer: KafkaProducer,
    kafka_broker: LocalKafka,
    run_process: Callable[..., Process],
) -> None:
    settings, database = make_small_batches, kafka_campus.database
    events = semester(random.Random(3), 6_000)
    send(producer, settings.kafka_topics, events[:6_000])
    sleeper = run_process(settings, database)
    await_that(lambda: committed(database) > 500, "the first process commits")
    sleeper.signal(signal.SIGSTOP)
    before = committed(database)

    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as admin:
        old = _members(admin, settings.kafka_group)
        other = run_process(settings, database)
        await_that(
            lambda: bool(_members(admin, settings.kafka_group)) and not _members(admin, settings.kafka_group) & old,
            "the other takes the partitions over",
        )
    send(producer, settings.kafka_topics, events[6_000:])
    sleeper.signal(signal.SIGCONT)

    await_that(lambda: committed(database) == len(events), "everything is committed")
    assert before < len(events)
    assert sleeper.is_running()
    assert other.is_running()
    assert sleeper.end() == other.end() == 0
    assert_counted_once(kafka_campus, events)


def _members(admin: KafkaAdminClient, group: str) -> set[str]:
    """The members of a stable group; nobody while it rebalances."""
    described = admin.describe_groups([group])[group]
    return {member["member_id"] for member in described["members"]} if described["group_state"] == "Stable" else set()
