"""A week of a real platform's video players, half of it through Kafka and half of it over HTTP."""

import gzip
import random
from collections.abc import Sequence

import orjson
import pytest
import sqlalchemy as sa
from kafka import KafkaProducer

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.recount import differences
from dashapp.observability.metrics import build_metrics
from deploy.local_kafka import LocalKafka
from ingest.loop import ingest_from
from tests.api.conftest import XAPI, Sender, collecting
from tests.ingest.conftest import producer, topics
from tests.shared import shared_file
from tests.waiting import await_that

__all__ = ["producer", "topics"]

BATCH = 100


def produce(producer: KafkaProducer, topic: str, sender: Sender, statements: Sequence[bytes]) -> None:
    """What a platform with its own connection to Kafka does."""
    with sender.database.transaction(DatabaseRole.INGEST, None) as connection:
        name = connection.execute(
            sa.text("SELECT name FROM sources WHERE source_id = :source"), {"source": sender.source_id}
        ).scalar_one()
    for statement in statements:
        producer.send(topic, statement, headers=[("source", name.encode())])
    producer.flush()


def post(sender: Sender, statements: Sequence[bytes]) -> int:
    """Posts single statements, batches and compressed batches in turn; gives how many statements were taken."""
    taken, left = 0, list(statements)
    for number in range(len(statements)):
        size = (1, BATCH, BATCH)[number % 3]
        batch: dict[str, bytes] = {}
        later = []
        while left and len(batch) < size:
            # Twice in one request is an error of the sender; what was drawn twice goes with another one.
            statement = left.pop()
            own = orjson.loads(statement)["id"]
            if own in batch:
                later.append(statement)
            else:
                batch[own] = statement
        left += later
        body = b"[" + b",".join(batch.values()) + b"]"
        packed = {"Content-Encoding": "gzip"} if number % 3 == 2 else {}
        answer = sender.post(
            "/xapi/statements", content=gzip.compress(body, 1) if packed else body, headers=XAPI | packed
        )
        assert (answer.status_code, answer.json()) == (200, list(batch))
        taken += len(batch)
        if not left:
            break
    return taken


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.shared_data
def test_every_statement_is_counted_once_whichever_way_it_came(
    database: Database, kafka_broker: LocalKafka, topics: tuple[str, str, str], producer: KafkaProducer
) -> None:
    with gzip.open(shared_file("xapi-video-statements.json.gz")) as lines:
        whole = [line.rstrip(b"\n") for line in lines]
    twice = random.Random(7).sample(whole, len(whole) // 10)
    sent = whole + twice
    random.Random(8).shuffle(sent)
    half = len(sent) // 2
    options = {
        "kafka_brokers": (kafka_broker.bootstrap,),
        "kafka_topics": topics,
        "kafka_group": f"group-of-{topics[0]}",
        "data_retention_days": 36_500,
        "aggregate_retention_days": 36_500,
    }
    with collecting(database, **options) as (application, make):
        sender = make(topics=topics)
        ingest = ingest_from(application.services.settings, database, build_metrics())
        ingest.start()
        try:
            produce(producer, topics[0], sender, sent[:half])
            assert post(sender, sent[half:]) == len(sent) - half
            await_that(lambda: ingest.status().committed_events == len(sent), "all statements are written")
        finally:
            assert ingest.stop(30)

    with database.transaction(DatabaseRole.INGEST, sender.organisation_id) as connection:

        def ask(statement: str) -> object:
            return connection.execute(sa.text(statement)).scalar_one()

        assert ask("SELECT sum(events) FROM learner_course_days") == len(whole) == 22_000
        assert ask("SELECT count(*) FROM event_ledger") == 22_000
        assert ask("SELECT count(*) FROM people") == 1_452
        assert ask("SELECT count(*) FROM activities WHERE activity_type = 'video'") == 10
        assert ask("SELECT count(*) FROM courses") == 2
        sessions = "SELECT count(DISTINCT convert_from(body, 'UTF8')::json ->> 'session') FROM raw_events"
        assert ask(sessions) == 3_656
        assert differences(connection, sender.organisation_id) == {}
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM dead_letters")).scalar_one() == 0
