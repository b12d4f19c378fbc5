"""An answer says that events are safe: in the inbox by one commit for many requests, or in Kafka; else it says 503."""

import asyncio

import httpx
import orjson
import pytest
import sqlalchemy as sa

from dashapp.data.database import Database, DatabaseRole
from dashapp.observability.metrics import build_metrics
from deploy.local_kafka import LocalKafka
from ingest.loop import ingest_from
from tests.api.conftest import Sender, collecting, viewed
from tests.ingest.conftest import sockets_left_open, topics
from tests.waiting import await_that

__all__ = ["sockets_left_open", "topics"]

EVENTS = "/api/v1/events"


@pytest.fixture
def kafka_options(kafka_broker: LocalKafka, topics: tuple[str, str, str]) -> dict[str, object]:
    """Settings for the broker and the test's own topics."""
    return {
        "kafka_brokers": (kafka_broker.bootstrap,),
        "kafka_topics": topics,
        "kafka_group": f"group-of-{topics[0]}",
        "data_retention_days": 36_500,
        "aggregate_retention_days": 36_500,
    }


def counted(sender: Sender) -> int:
    """How many of the sender's learning events have been counted."""
    with sender.database.transaction(DatabaseRole.INGEST, sender.organisation_id) as connection:
        return int(connection.execute(sa.text("SELECT coalesce(sum(events), 0) FROM learner_course_days")).scalar_one())


@pytest.mark.kafka
def test_events_go_to_the_topics_of_their_kinds_and_are_counted(
    database: Database, kafka_options: dict[str, object], topics: tuple[str, str, str]
) -> None:
    described = {"type": "person_described", "id": "p", "actor": {"id": "anna"}, "given_name": "Anna"}
    with collecting(database, **kafka_options) as (application, make):
        # Two senders on the same topics: only the header tells them apart.
        sender, other = make(topics=topics), make(topics=topics)
        ingest = ingest_from(application.services.settings, database, build_metrics())
        ingest.start()
        try:
            assert sender.post(EVENTS, json=[viewed(1), viewed(2), described]).status_code == 202
            assert other.post(EVENTS, json=viewed(1)).status_code == 202
            await_that(lambda: (counted(sender), counted(other)) == (2, 1), "all are counted")
            await_that(lambda: ingest.status().committed_events == 4, "the person is described")
        finally:
            assert ingest.stop(30)
    with database.transaction(DatabaseRole.INGEST, sender.organisation_id) as connection:
        assert connection.execute(sa.text("SELECT given_name FROM people")).scalar_one() == "Anna"


@pytest.mark.kafka
def test_a_sender_that_would_not_be_believed_on_the_topic_is_refused(
    database: Database, kafka_options: dict[str, object], topics: tuple[str, str, str]
) -> None:
    with collecting(database, **kafka_options) as (_, make):
        answer = make(topics=topics[1:]).post(EVENTS, json=viewed(1))
    assert answer.status_code == 403
    said = "This sender is not registered for the Kafka topic of learning events: ask the administrator."
    assert answer.json()["detail"] == said


@pytest.mark.kafka
def test_a_record_that_the_broker_does_not_take_spoils_no_other(
    sockets_left_open: None,
    database: Database,
    kafka_broker: LocalKafka,
    kafka_options: dict[str, object],
    topics: tuple[str, str, str],
) -> None:
    small = f"small-{topics[0]}"
    kafka_broker.create_topic(small, config={"max.message.bytes": "3000"})
    names = (small, *topics[1:])
    with collecting(database, **kafka_options | {"kafka_topics": names}) as (_, make):
        sender = make(topics=names)
        assert sender.post(EVENTS, json=viewed(1, more="x" * 10_000)).status_code == 413
        assert sender.post(EVENTS, json=viewed(2)).status_code == 202


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_while_the_broker_is_away_senders_are_told_to_come_again(
    sockets_left_open: None,
    database: Database,
    kafka_broker: LocalKafka,
    kafka_options: dict[str, object],
    topics: tuple[str, str, str],
) -> None:
    with collecting(database, **kafka_options) as (_, make):
        sender = make(topics=topics)
        assert sender.post(EVENTS, json=viewed(1)).status_code == 202
        kafka_broker.stop()
        try:
            for _ in range(2):
                answer = sender.post(EVENTS, json=viewed(2))
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        finally:
            kafka_broker.start()
        await_that(lambda: sender.post(EVENTS, json=viewed(2)).status_code == 202, "the broker takes events again")


def test_while_the_database_is_away_senders_are_told_to_come_again(database: Database, postgres_admin_url: str) -> None:
    server = sa.create_engine(postgres_admin_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = database.url.database
    with collecting(database) as (_, make), server.connect() as superuser:
        sender = make()
        assert sender.post(EVENTS, json=viewed(1)).status_code == 202
        superuser.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        try:
            superuser.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            answer = sender.post(EVENTS, json=viewed(2))
        finally:
            superuser.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert sender.post(EVENTS, json=viewed(3)).status_code == 202
        assert [orjson.loads(body)["id"] for _, body in sender.kept()] == ["event-1", "event-3"]


def test_requests_that_wait_are_written_by_one_commit(database: Database) -> None:
    with collecting(database) as (application, make):
        sender = make()

        async def post_all(count: int) -> list[int]:
            size = sum(len(httpx.Request("POST", "http://x", json=viewed(number)).content) for number in range(count))
            headers = {"Authorization": f"Bearer {sender.key.whole}"}
            limits = httpx.Limits(max_connections=count)
            address = str(sender.client.base_url)
            async with httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=60) as client:
                posts = [asyncio.ensure_future(client.post(EVENTS, json=viewed(number))) for number in range(count)]
                with database.transaction(DatabaseRole.INGEST, None) as connection:
                    # Nobody can commit while this transaction holds the table; whoever comes then waits together.
                    connection.execute(sa.text("LOCK TABLE inbox IN SHARE MODE"))
                    while application.collectors.bytes_in_memory() < size:
                        await asyncio.sleep(0.01)
                return [(await post).status_code for post in posts]

        assert asyncio.run(post_all(80)) == [202] * 80
        with database.transaction(DatabaseRole.INGEST, None) as connection:
            commits, kept = connection.execute(sa.text("SELECT count(DISTINCT xmin::text), count(*) FROM inbox")).one()
    assert kept == 80
    assert commits < 30
