"""One partition that stalls, or that nobody reads, holds back until when the data is complete."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from dashapp.data.changes import ChangeWatcher, Rhythm
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.partitions import (
    NO_PARTITION,
    PartitionLag,
    PartitionState,
    complete_until,
    read_partitions,
    report_partitions,
)
from dashapp.data.store.status import IngestState, Report, report
from tests.waiting import await_that

QUICK = Rhythm(advance=0.0, advance_organisation=0.0, gather=0.0, status=0.02, late=60.0)
TOPICS = {"learning-events": 2}
Watching = Callable[[Database], ChangeWatcher]


@pytest.fixture
def watching() -> Iterator[Watching]:
    """Starts watchers that end with the test."""
    with ExitStack() as ending:

        def start(database: Database) -> ChangeWatcher:
            watcher = ChangeWatcher(database, rhythm=QUICK)
            ending.callback(watcher.stop)
            watcher.start()
            return watcher

        yield start


def state(
    partition: int, oldest: datetime | None = None, *, age: float = 0.0, topic: str = "learning-events"
) -> PartitionState:
    known_at = datetime.now(UTC) - timedelta(seconds=age)
    return PartitionState(topic, partition, 5 if oldest else 0, oldest, known_at, None)


def say(database: Database, *states: PartitionState, slot: int = 0, topics: dict[str, int] | None = None) -> None:
    """What the writer of a slot reports, which is at work."""
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        report(connection, slot, Report("kafka", IngestState.RUNNING, 0, None))
        report_partitions(connection, slot, "kafka", states, TOPICS if topics is None else topics)


def known(database: Database) -> tuple[PartitionLag, ...]:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        return read_partitions(connection)


def test_where_nothing_waits_everything_is_complete(database: Database, watching: Watching) -> None:
    say(database, state(0), state(1))
    watcher = watching(database)
    await_that(lambda: len(watcher.partitions()) == 2)
    assert watcher.freshness().behind_seconds == 0
    assert [each.waiting_seconds for each in watcher.partitions()] == [0, 0]


def test_one_partition_that_stalls_holds_the_others_back(database: Database, watching: Watching) -> None:
    oldest = datetime.now(UTC) - timedelta(minutes=7)
    say(database, state(0), replace(state(1, oldest), alarm="It was made anew."))
    watcher = watching(database)
    await_that(lambda: watcher.freshness().as_of == oldest)
    assert watcher.freshness().late
    assert [each.alarm for each in watcher.partitions()] == [None, "It was made anew."]
    say(database, state(0), state(1))
    await_that(lambda: not watcher.freshness().late)
    assert watcher.freshness().behind_seconds == 0


def test_a_partition_that_nobody_reads_is_complete_until_its_last_report(
    database: Database, watching: Watching
) -> None:
    say(database, state(0), state(1, age=30))
    watcher = watching(database)
    await_that(lambda: len(watcher.partitions()) == 2)
    assert 30 <= watcher.freshness().behind_seconds < 90
    assert [each.silent for each in watcher.partitions()] == [False, True]


def test_late_once_pages_stay_so_until_the_lag_is_half_of_the_limit(database: Database, watching: Watching) -> None:
    def waiting_since(seconds: float) -> None:
        say(database, state(0, datetime.now(UTC) - timedelta(seconds=seconds)))

    waiting_since(50)
    watcher = watching(database)
    await_that(lambda: watcher.freshness().behind_seconds >= 50)
    assert not watcher.freshness().late
    waiting_since(100)
    await_that(lambda: watcher.freshness().late)
    waiting_since(40)
    await_that(lambda: watcher.freshness().behind_seconds < 50)
    assert watcher.freshness().late
    waiting_since(5)
    await_that(lambda: not watcher.freshness().late)


def test_the_next_owner_goes_on_in_the_same_row_and_never_forgets_a_commit(database: Database) -> None:
    committed = datetime(2026, 3, 2, 9, tzinfo=UTC)
    say(database, replace(state(0), committed_at=committed), slot=0)
    say(database, state(0), slot=1)
    assert [each.committed_at for each in known(database)] == [committed]


def test_the_next_owner_knows_until_when_all_was_taken(database: Database) -> None:
    oldest = datetime.now(UTC) - timedelta(minutes=7)
    say(database, state(0, oldest), state(1))
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        found = complete_until(connection, "kafka")
    assert found["learning-events", 0] == oldest
    assert abs(found["learning-events", 1] - datetime.now(UTC)) < timedelta(seconds=60)


def test_what_no_transport_has_any_more_is_forgotten_but_not_what_nobody_reads(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    say(database, state(0), state(1), state(5), state(0, topic="old-topic"), topics=TOPICS)
    as_superuser().execute(text("UPDATE ingest_partitions SET known_at = known_at - interval '2 minutes'"))
    say(database, state(0))
    assert [(each.topic, each.partition) for each in known(database)] == [
        ("learning-events", 0),
        ("learning-events", 1),
    ]


def test_a_topic_that_is_missing_has_a_row_until_it_is_there(database: Database) -> None:
    missing = replace(state(NO_PARTITION), alarm="The topic learning-events does not exist.")
    say(database, missing, topics={"learning-events": 0})
    assert [each.partition for each in known(database)] == [NO_PARTITION]
    say(database, state(0))
    assert [each.partition for each in known(database)] == [0]
