"""Events that are sent to a real broker are counted, exactly once, and the loop survives whatever comes."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaConsumer, KafkaProducer
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import NewSource, register_source
from dashapp.data.store.recount import differences
from dashapp.domain import events as domain
from dashapp.domain.events import ActivityType, Identifier, Role, Source, Topic
from dashapp.domain.keys import OrganisationId
from dashapp.observability.metrics import Metrics
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.loop import Ingest
from tests.ingest.conftest import ISSUER, NOW, Campus, offset_told, register, send, viewed
from tests.waiting import await_that

pytestmark = pytest.mark.kafka
RunIngest = Callable[[Settings, Database], Ingest]
ALGEBRA = Identifier(ISSUER, "course", "algebra")
ANNA = Identifier(ISSUER, "account", "anna")


@pytest.fixture
def running(ingest_settings: Settings, kafka_campus: Campus, run_ingest: RunIngest) -> Ingest:
    """An ingest that reads the test's topics."""
    return run_ingest(ingest_settings, kafka_campus.database)


def test_events_become_aggregates_and_their_offsets_are_kept(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    producer: KafkaProducer,
    running: Ingest,
    metrics: Metrics,
    kafka_broker: LocalKafka,
    ingest_settings: Settings,
) -> None:
    send(producer, topics, [viewed(number, person=f"learner {number % 7}") for number in range(100)])
    await_that(lambda: kafka_campus.counted() == 100, "all events are counted")
    assert kafka_campus.scalar("SELECT count(DISTINCT person_id) FROM learner_course_days") == 7
    assert kafka_campus.letters() == []
    assert kafka_campus.scalar("SELECT sum(next_offset) FROM transport_offsets") == 100
    await_that(lambda: running.status().lag_events == 0, "nothing waits")
    await_that(lambda: running.status().committed_events == 100, "it says so")
    assert running.status().alive
    assert metrics.events_processed.labels("learning", "counted")._value.get() == 100
    await_that(
        lambda: (
            kafka_campus.rows("SELECT state, transport, lag_events FROM ingest_status") == [("running", "kafka", 0)]
        ),
        "the table says so too",
    )
    await_that(lambda: offset_told(kafka_broker, ingest_settings, topics[0]) == 100, "lag tools can see it")
    assert running.stop(30)
    assert kafka_campus.rows("SELECT state FROM ingest_status") == []


def test_repeated_events_are_ignored_and_changed_ones_are_conflicts(
    kafka_campus: Campus, topics: tuple[str, str, str], producer: KafkaProducer, running: Ingest, metrics: Metrics
) -> None:
    send(producer, topics, [viewed(1), viewed(1), viewed(2)])
    await_that(lambda: running.status().committed_events == 3, "the first three are taken")
    send(producer, topics, [viewed(1), viewed(2, count=9), viewed(3)])
    await_that(lambda: running.status().committed_events == 6, "all are taken")
    assert kafka_campus.counted() == 3
    assert [reason for reason, _ in kafka_campus.letters()] == ["conflict"]
    assert metrics.events_processed.labels("learning", "repeated")._value.get() == 2
    assert metrics.dead_letters.labels("conflict")._value.get() == 1


def test_bad_records_become_dead_letters_and_the_good_ones_beside_them_count(
    kafka_campus: Campus, topics: tuple[str, str, str], producer: KafkaProducer, running: Ingest
) -> None:
    now = datetime.now(UTC)
    good = [viewed(number) for number in range(10)]
    send(producer, topics, good[:5])
    for body in (
        b"",
        None,
        b"{",
        b'{"type":"danced",x}',
        b"\xff",
        b'{"type":"viewed","id":"\\u0000"}',
        b'{"x":' + b"[" * 100_000,
        b"x" * 10_000_000,
    ):
        producer.send(topics[0], body, key=b"k")
    send(
        producer,
        topics,
        [
            viewed(100, occurred_at=now + timedelta(days=3)),
            viewed(101, occurred_at=now - timedelta(days=40_000)),
            *good[5:],
        ],
    )
    producer.send(
        topics[1], b'{"type":"enrolled","id":"r","actor":{"id":"a"},"course":{"id":"c"},"role":"administrator"}'
    )
    producer.send(
        topics[0],
        b'{"type":"viewed","id":"f","actor":{"id":"a"},"course":{"id":"c"},"organisation":"another"}',
    )
    producer.send(topics[1], b'{"type":"viewed","id":"k","actor":{"id":"a"},"course":{"id":"c"}}')
    producer.flush()
    await_that(lambda: running.status().committed_events == 23, "all are taken")
    assert kafka_campus.counted() == 10
    assert Counter(reason for reason, _ in kafka_campus.letters()) == {
        "not_json": 4,
        "not_utf8": 1,
        "nul_character": 1,
        "too_large": 2,
        "in_the_future": 1,
        "too_old": 1,
        "forbidden_role": 1,
        "foreign_organisation": 1,
        "forbidden_kind": 1,
    }
    longest = "SELECT max(length(body)), max(body_bytes) FROM dead_letters"
    with kafka_campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        assert tuple(connection.execute(text(longest)).one()) == (65_536, 10_000_000)


def test_what_nobody_has_described_becomes_provisional_and_is_completed_later(
    kafka_campus: Campus, topics: tuple[str, str, str], producer: KafkaProducer, running: Ingest
) -> None:
    activity = Identifier(ISSUER, "activity", "quiz 1")
    send(producer, topics, [viewed(1, activity=activity)])
    await_that(lambda: kafka_campus.counted() == 1, "the event counts")
    for table in ("people", "courses", "activities"):
        assert kafka_campus.rows(f"SELECT provisional FROM {table}") == [(True,)]
    send(
        producer,
        topics,
        [
            domain.PersonDescribed("p", ANNA, NOW, "Anna", "Ärmel"),
            domain.CourseDescribed("c", ALGEBRA, NOW, title="Algebra"),
            domain.ActivityDescribed("a", ALGEBRA, activity, NOW, ActivityType.QUIZ, "Quiz 1"),
            domain.MembershipChanged("m", ANNA, ALGEBRA, Role.LEARNER, True, NOW),
        ],
    )
    await_that(lambda: running.status().committed_events == 5, "the descriptions are taken")
    for table in ("people", "courses", "activities"):
        assert kafka_campus.rows(f"SELECT provisional FROM {table}") == [(False,)]
    with kafka_campus.database.transaction(DatabaseRole.INGEST, kafka_campus.organisation_id) as connection:
        assert differences(connection, kafka_campus.organisation_id) == {}


def test_several_senders_of_a_topic_name_themselves_in_a_header(
    kafka_campus: Campus, topics: tuple[str, str, str], producer: KafkaProducer, running: Ingest
) -> None:
    other = Campus(kafka_campus.database, *_second(kafka_campus.database, topics))
    body = b'{"type":"viewed","id":"%d","actor":{"id":"a"},"course":{"id":"c"}}'
    producer.send(topics[0], body % 1, headers=[("source", b"campus")])
    producer.send(topics[0], body % 1, headers=[("other", b"x"), ("source", b"second")])
    producer.send(topics[0], body % 3, headers=[("source", b"nobody")])
    producer.send(topics[0], body % 4)
    producer.flush()
    await_that(lambda: running.status().committed_events == 4, "all are taken")
    assert kafka_campus.counted() == other.counted() == 1
    assert [reason for reason, _ in kafka_campus.letters()] == ["unknown_source"] * 2


def _second(database: Database, topics: tuple[str, str, str]) -> tuple[OrganisationId, Source]:
    source = register(database, "second", topics)
    return source.organisation_id, source


def test_a_sender_that_is_registered_later_is_noticed(
    database: Database,
    topics: tuple[str, str, str],
    producer: KafkaProducer,
    ingest_settings: Settings,
    run_ingest: RunIngest,
) -> None:
    ingest = run_ingest(ingest_settings, database)
    send(producer, topics, [viewed(1)])
    await_that(lambda: ingest.status().committed_events == 1, "the stranger's event is taken")
    source = register(database, "late", topics)
    campus = Campus(database, source.organisation_id, source)
    number = 2

    def is_counted() -> bool:
        nonlocal number
        send(producer, topics, [viewed(number)])
        number += 1
        return campus.counted() > 0

    await_that(is_counted, "its events count")
    assert ("unknown_source", campus.letters()[0][1]) == campus.letters()[0]


def test_a_sender_sends_only_the_kinds_that_it_may(
    kafka_campus: Campus, topics: tuple[str, str, str], producer: KafkaProducer, running: Ingest
) -> None:
    with kafka_campus.database.transaction(DatabaseRole.JOBS, kafka_campus.organisation_id) as connection:
        narrow = NewSource("campus", ISSUER, frozenset({Topic.LEARNING}), topics)
        register_source(connection, kafka_campus.organisation_id, narrow)
    send(producer, topics, [viewed(1), domain.PersonDescribed("p", ANNA, NOW, "Anna")])
    await_that(lambda: running.status().committed_events == 2, "both are taken")
    assert [reason for reason, _ in kafka_campus.letters()] == ["forbidden_kind"]


def test_an_aborted_transaction_of_a_producer_is_not_counted(
    kafka_campus: Campus, topics: tuple[str, str, str], kafka_broker: LocalKafka, running: Ingest
) -> None:
    body = b'{"type":"viewed","id":"%d","actor":{"id":"a"},"course":{"id":"c"}}'
    writer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, transactional_id=f"of-{topics[0]}")
    try:
        writer.init_transactions()
        writer.begin_transaction()
        writer.send(topics[0], body % 1, partition=0)
        writer.abort_transaction()
        writer.begin_transaction()
        writer.send(topics[0], body % 2, partition=0)
        writer.commit_transaction()
    finally:
        writer.close(timeout=5)
    await_that(lambda: kafka_campus.counted() == 1, "the other one counts")
    await_that(lambda: running.status().committed_events == 1, "it says so")


# ------------------------------------------------------------------ away


def test_two_processes_share_the_partitions_and_count_each_event_once(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    ingest_settings: Settings,
    run_ingest: RunIngest,
    producer: KafkaProducer,
) -> None:
    ingests = [run_ingest(ingest_settings, kafka_campus.database) for _ in range(2)]
    number = 0

    def both_have_committed() -> bool:
        nonlocal number
        send(producer, topics, [viewed(number + more, person=f"learner {more}") for more in range(50)])
        number += 50
        return all(ingest.status().committed_events > 0 for ingest in ingests)

    await_that(both_have_committed, "both have something to do")
    await_that(lambda: kafka_campus.counted() == number, "every event is counted once")
    assert kafka_campus.scalar("SELECT count(*) FROM raw_events") == number


def test_a_consumer_from_the_start_sees_what_was_produced(
    topics: tuple[str, str, str], kafka_broker: LocalKafka, producer: KafkaProducer
) -> None:
    """The fixture's own proof: the helper `send` spreads events over topics by their kind."""
    send(producer, topics, [viewed(1), domain.CourseDescribed("c", ALGEBRA, NOW)])
    consumer = KafkaConsumer(*topics, bootstrap_servers=kafka_broker.bootstrap, auto_offset_reset="earliest")
    found = {next(consumer).topic for _ in range(2)}
    consumer.close()
    assert found == {topics[0], topics[2]}
