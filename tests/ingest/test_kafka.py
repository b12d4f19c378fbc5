"""Events that are sent to a real broker are counted, exactly once, and the loop survives whatever comes."""

from collections.abc import Callable

import pytest
from kafka import KafkaProducer

from dashapp.data.database import Database
from dashapp.settings import Settings
from ingest.loop import Ingest
from tests.ingest.conftest import Campus, await_that, send, viewed

pytestmark = pytest.mark.kafka
RunIngest = Callable[[Settings, Database], Ingest]


def test_events_become_aggregates(
    kafka_campus: Campus,
    topics: tuple[str, str, str],
    producer: KafkaProducer,
    ingest_settings: Settings,
    run_ingest: RunIngest,
) -> None:
    send(producer, topics, [viewed(number, person=f"learner {number % 7}") for number in range(100)])
    run_ingest(ingest_settings, kafka_campus.database)
    await_that(lambda: kafka_campus.counted() == 100, "all events are counted")
    assert kafka_campus.scalar("SELECT count(DISTINCT person_id) FROM learner_course_days") == 7
    assert kafka_campus.letters() == []
