"""Brokers and databases that go away, records that are gone, topics made anew: waited for, or an alarm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from sqlalchemy import text

from dashapp.data.database import Database, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.status import IngestState
from dashapp.domain import events as domain
from dashapp.domain.events import Identifier
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.conftest import ISSUER, NOW, Campus, offset_told, producing, register, send, viewed
from tests.waiting import await_that

pytestmark = pytest.mark.kafka
RunIngest = Callable[[Settings, Database], Ingest]
ALGEBRA = Identifier(ISSUER, "course", "algebra")
ANNA = Identifier(ISSUER, "account", "anna")


@pytest.fixture
def running(ingest_settings: Settings, kafka_campus: Campus, run_ingest: RunIngest) -> Ingest:
    """An ingest that reads the test's topics."""
    return run_ingest(ingest_settings, kafka_campus.database)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("sockets_left_open")
def test_a_broker_that_is_away_at_the_start_is_waited_for(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    kafka_broker: LocalKafka,
    ingest_settings: Settings,
    run_ingest: RunIngest,
) -> None:
    with producing(kafka_broker) as producer:
        send(producer, topics, [viewed(1)])
    kafka_broker.stop()
    try:
        ingest = run_ingest(ingest_settings, kafka_campus.database)
        await_that(lambda: ingest.status().state is IngestState.WAITING, "it says that it waits")
        assert "broker" in ingest.status().detail
        await_that(
            lambda: kafka_campus.rows("SELECT state FROM ingest_status") == [("waiting",)], "the table says so too"
        )
    finally:
        kafka_broker.start()
    await_that(lambda: kafka_campus.counted() == 1, "it catches up")
    await_that(lambda: ingest.status().state is IngestState.RUNNING, "it says that it runs")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("sockets_left_open")
def test_a_broker_that_goes_away_in_the_middle_is_waited_for(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    kafka_broker: LocalKafka,
    running: Ingest,
) -> None:
    with producing(kafka_broker) as producer:
        send(producer, topics, [viewed(1)])
    await_that(lambda: kafka_campus.counted() == 1, "the first is counted")
    kafka_broker.kill()
    try:
        await_that(lambda: running.status().state is IngestState.WAITING, "it says that it waits")
    finally:
        kafka_broker.start()
    with producing(kafka_broker) as producer:
        send(producer, topics, [viewed(2)])
    await_that(lambda: kafka_campus.counted() == 2, "it catches up")
    await_that(lambda: running.status().state is IngestState.RUNNING, "it says that it runs")


def test_while_the_database_is_away_nothing_is_acknowledged_and_nothing_is_lost(
    tmp_path: Path,
    topics: tuple[str, str, str],
    kafka_broker: LocalKafka,
    ingest_settings: Settings,
    run_ingest: RunIngest,
    producer: KafkaProducer,
) -> None:
    database = embedded_database(tmp_path / "database")
    migrate(database)
    source = register(database, "campus", topics)
    campus = Campus(database, source.organisation_id, source)
    ingest = run_ingest(ingest_settings, database)
    send(producer, topics, [viewed(1)])
    await_that(lambda: campus.counted() == 1, "the first is counted")
    await_that(lambda: offset_told(kafka_broker, ingest_settings, topics[0]) == 1, "lag tools can see it")
    assert database.server is not None
    database.server.stop()
    send(producer, topics, [viewed(number) for number in range(2, 100)])
    await_that(lambda: ingest.status().state is IngestState.WAITING, "it says that it waits")
    assert offset_told(kafka_broker, ingest_settings, topics[0]) == 1
    database.server.start()
    await_that(lambda: campus.counted() == 99, "it catches up")
    await_that(lambda: ingest.status().state is IngestState.RUNNING, "it says that it runs")
    assert ingest.stop(30)
    database.close()


# ------------------------------------------------------------------ alarms


@pytest.mark.long
def test_records_that_the_broker_has_dropped_are_an_alarm_not_a_jump(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    kafka_broker: LocalKafka,
    ingest_settings: Settings,
    run_ingest: RunIngest,
    producer: KafkaProducer,
) -> None:
    send(producer, topics, [viewed(1)])
    first = run_ingest(ingest_settings, kafka_campus.database)
    await_that(lambda: kafka_campus.counted() == 1, "the first is counted")
    assert first.stop(30)
    send(producer, topics, [viewed(number) for number in range(2, 6)])
    partition = TopicPartition(topics[0], _partition_of(kafka_campus, topics[0]))
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as admin:
        admin.delete_records({partition: 3})

    second = run_ingest(ingest_settings, kafka_campus.database)
    await_that(lambda: second.status().state is IngestState.ALARMED, "it calls an operator")
    assert f"{topics[0]}, partition {partition.partition}" in second.status().detail
    assert "2 records" in second.status().detail
    # The other partitions go on.
    send(producer, topics, [domain.CourseDescribed("c", ALGEBRA, NOW, title="Algebra")])
    await_that(lambda: kafka_campus.rows("SELECT title FROM courses") == [("Algebra",)], "the other topics are read")
    assert kafka_campus.counted() == 1

    _accept_the_gap(kafka_campus, partition)
    await_that(lambda: kafka_campus.counted() == 3, "it goes on where the operator says")
    await_that(lambda: second.status().state is IngestState.RUNNING, "it says that it runs")


@pytest.mark.long
def test_records_that_the_broker_dropped_before_any_was_read_are_an_alarm(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    kafka_broker: LocalKafka,
    ingest_settings: Settings,
    run_ingest: RunIngest,
    producer: KafkaProducer,
) -> None:
    first = run_ingest(ingest_settings, kafka_campus.database)
    begun = "SELECT count(*) FROM transport_offsets WHERE next_offset = 0"
    await_that(lambda: kafka_campus.scalar(begun) == 6, "every partition is read from its beginning")
    assert first.stop(30)
    partition = TopicPartition(topics[0], 0)
    for number in range(5):
        producer.send(topics[0], encode(viewed(number), ISSUER), partition=0)
    producer.flush()
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as admin:
        admin.delete_records({partition: 3})

    second = run_ingest(ingest_settings, kafka_campus.database)
    await_that(lambda: second.status().state is IngestState.ALARMED, "it calls an operator")
    assert "3 records" in second.status().detail
    assert kafka_campus.counted() == 0
    _accept_the_gap(kafka_campus, partition)
    await_that(lambda: kafka_campus.counted() == 2, "it goes on where the operator says")


def _partition_of(campus: Campus, topic: str) -> int:
    return int(
        campus.scalar("SELECT partition FROM transport_offsets WHERE topic = :topic AND next_offset > 0", topic=topic)
    )


def _accept_the_gap(campus: Campus, partition: TopicPartition) -> None:
    with campus.database.administration() as connection:
        connection.execute(
            text("DELETE FROM analytics.transport_offsets WHERE topic = :topic AND partition = :partition"),
            {"topic": partition.topic, "partition": partition.partition},
        )
        connection.commit()


@pytest.mark.long
def test_a_topic_that_is_made_anew_is_an_alarm_until_an_operator_accepts_it(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    kafka_broker: LocalKafka,
    running: Ingest,
    producer: KafkaProducer,
) -> None:
    send(producer, topics, [viewed(number) for number in range(5)])
    await_that(lambda: kafka_campus.counted() == 5, "the first are counted")
    partition = TopicPartition(topics[0], _partition_of(kafka_campus, topics[0]))
    kafka_broker.delete_topic(topics[0])
    kafka_broker.create_topic(topics[0])
    send(producer, topics, [viewed(number) for number in range(5, 15)])
    await_that(lambda: running.status().state is IngestState.ALARMED, "it calls an operator")
    assert kafka_campus.counted() == 5
    _accept_the_gap(kafka_campus, partition)
    await_that(lambda: kafka_campus.counted() == 15, "it goes on with the new topic")


def test_a_topic_that_does_not_exist_is_an_alarm(
    kafka_campus: Campus, topics: tuple[str, str, str], ingest_settings: Settings, run_ingest: RunIngest
) -> None:
    misspelt = ingest_settings.model_copy(update={"kafka_topics": (topics[0], "no-such-topic", topics[2])})
    ingest = run_ingest(misspelt, kafka_campus.database)
    await_that(lambda: ingest.status().state is IngestState.ALARMED, "it calls an operator")
    assert "no-such-topic does not exist" in ingest.status().detail


# ------------------------------------------------------------------ sharing
