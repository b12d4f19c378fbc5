"""What pages, `/health` and `/metrics` say while one partition stalls and the others go on."""

import random
from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from dashapp.data.changes import ChangeWatcher, Rhythm
from dashapp.data.database import DatabaseRole
from dashapp.data.store.partitions import PartitionLag, read_partitions
from dashapp.data.store.status import IngestState
from dashapp.domain import events as domain
from dashapp.domain.events import Identifier
from dashapp.observability.metrics import Metrics
from ingest.loop import Ingest
from tests.ingest.conftest import ISSUER, NOW
from tests.ingest.faults.conftest import Road, writes_held_up
from tests.ingest.processes import Process
from tests.ingest.semester import assert_counted_once, semester
from tests.waiting import await_that

RunIngest = Callable[..., Ingest]
RunProcess = Callable[..., Process]
on_kafka = pytest.mark.parametrize("make_road", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)


def lags(road: Road) -> dict[tuple[str, int], PartitionLag]:
    """What the database knows of each partition."""
    with road.campus.database.transaction(DatabaseRole.WEB, None) as connection:
        return {(each.topic, each.partition): each for each in read_partitions(connection)}


@pytest.mark.long
@on_kafka
def test_a_partition_that_stalls_holds_the_as_of_line_back_while_the_others_go_on(
    road: Road, run_ingest: RunIngest, metrics: Metrics
) -> None:
    events = semester(random.Random(51), 800)
    learning, users, content = road.settings.kafka_topics
    first = run_ingest(road.settings, road.campus.database)
    road.offer(events[: len(events) // 2])
    road.await_all()
    assert first.stop(30)
    road.offer(events[len(events) // 2 :])
    assert road.broker is not None
    stored = int(
        road.campus.scalar(
            "SELECT next_offset FROM transport_offsets WHERE topic = :topic AND partition = 0", topic=learning
        )
    )
    with KafkaAdminClient(bootstrap_servers=road.broker.bootstrap) as admin:
        admin.delete_records({TopicPartition(learning, 0): stored + 1})

    watcher = ChangeWatcher(road.campus.database, rhythm=Rhythm(status=0.05, late=3.0))
    watcher.start()
    try:
        ingest = run_ingest(road.settings, road.campus.database)
        await_that(lambda: ingest.status().state is IngestState.ALARMED, "it calls an operator")
        others = [(learning, 1), (users, 0), (users, 1), (content, 0), (content, 1)]
        await_that(
            lambda: [lags(road)[other].behind for other in others if other in lags(road)] == [0] * len(others),
            "the others are read to their ends",
        )
        stalled = lags(road)[learning, 0]
        assert stalled.behind > 0
        assert "has dropped 1 records" in (stalled.alarm or "")
        await_that(lambda: watcher.freshness().late, "pages say that data is late")
        as_of = stalled.complete_until
        await_that(lambda: watcher.freshness().as_of == as_of, "they name the instant until which all is counted")
        # News of the others move the pages, but not that instant.
        course = Identifier(ISSUER, "course", "late news")
        road.offer([domain.CourseDescribed("news", course, NOW, title="Late news")])
        await_that(
            lambda: road.campus.scalar("SELECT count(*) FROM courses WHERE title = 'Late news'") == 1,
            "the others go on",
        )
        assert watcher.freshness().as_of == as_of
        assert watcher.freshness().behind_seconds > 3
    finally:
        watcher.stop()
    await_that(lambda: metrics.partition_waiting.labels(learning, "0")._value.get() > 3, "the metrics say so")
    assert metrics.partition_behind.labels(learning, "0")._value.get() == stalled.behind
    assert metrics.partition_waiting.labels(learning, "1")._value.get() == 0


@pytest.mark.long
@on_kafka
def test_partitions_of_a_killed_process_are_silent_until_another_takes_them_over(
    road: Road, run_process: RunProcess, run_ingest: RunIngest
) -> None:
    events = semester(random.Random(52), 600)
    process = run_process(road)
    road.offer(events)
    road.await_all()
    await_that(lambda: {lag.waiting_seconds for lag in lags(road).values()} == {0.0}, "nothing waits")
    assert len(lags(road)) == 6
    process.kill()
    await_that(lambda: all(lag.silent for lag in lags(road).values()), "nobody says anything")
    assert all(lag.waiting_seconds > 0 for lag in lags(road).values())
    run_ingest(road.settings, road.campus.database)
    await_that(lambda: not any(lag.silent for lag in lags(road).values()), "another one reads them")
    assert {lag.waiting_seconds for lag in lags(road).values()} == {0.0}


@on_kafka
def test_an_aborted_transaction_at_the_end_of_a_partition_does_not_look_like_a_backlog(
    road: Road, run_ingest: RunIngest
) -> None:
    assert road.broker is not None
    learning = road.settings.kafka_topics[0]
    ingest = run_ingest(road.settings, road.campus.database)
    road.offer(semester(random.Random(53), 50))
    road.await_all()
    await_that(lambda: (learning, 0) in lags(road), "the partition is told of")
    writer = KafkaProducer(bootstrap_servers=road.broker.bootstrap, transactional_id=f"of-{learning}")
    try:
        writer.init_transactions()
        writer.begin_transaction()
        writer.send(learning, b"{}", partition=0)
        writer.flush()
        await_that(lambda: lags(road)[learning, 0].behind > 0, "the open transaction waits")
        writer.abort_transaction()
    finally:
        writer.close(timeout=5)
    await_that(lambda: lags(road)[learning, 0].behind == 0, "nothing waits any more")
    assert lags(road)[learning, 0].waiting_seconds == 0
    assert ingest.status().lag_events == 0


@pytest.mark.parametrize("make_road", ["inbox"], indirect=True)
def test_what_waits_in_the_inbox_is_told_of_by_kind_of_event(road: Road, run_ingest: RunIngest) -> None:
    events = semester(random.Random(54), 300)
    kinds = {(name, 0) for name in ("learning", "user", "content", "other")}
    run_ingest(road.settings, road.campus.database)
    await_that(lambda: set(lags(road)) == kinds, "it tells of each kind")
    with writes_held_up(road):
        road.offer(events)
        await_that(lambda: lags(road)["learning", 0].waiting_seconds > 1, "what waits is seen")
        assert lags(road)["learning", 0].behind + lags(road)["user", 0].behind > 300
        assert lags(road)["other", 0].behind == 0
    road.await_all()
    await_that(lambda: {lag.behind for lag in lags(road).values()} == {0}, "nothing waits any more")
    assert_counted_once(road.campus, events)
