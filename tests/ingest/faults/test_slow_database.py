"""A database that is slow makes the ingest wait, not grow: it stops reading, and stays a member of its group."""

import random
import time
from collections.abc import Callable

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.partitions import read_partitions
from ingest.native import encode
from ingest.transports.consumer import SESSION_TIMEOUT_MS
from tests.ingest.conftest import ISSUER, viewed
from tests.ingest.faults.conftest import Road, writes_held_up
from tests.ingest.processes import Process
from tests.ingest.semester import assert_counted_once, semester
from tests.waiting import await_that

RunProcess = Callable[..., Process]
MOST_MB = 350
BREATHING_MB = 16
"""What the sizes of two moments may differ by where nothing grows."""


def waits_for_writer(road: Road) -> bool:
    """Whether the ingest has told of records that wait for more than a second."""
    with road.campus.database.transaction(DatabaseRole.WEB, None) as connection:
        return any(each.waiting_seconds > 1 for each in read_partitions(connection))


def slow_down(seconds: float, count: int, road: Road, run_process: RunProcess) -> None:
    """Holds the writes of a replay up for so long; looks at memory, processor and membership meanwhile."""
    events = semester(random.Random(41), count)
    process = run_process(road)
    road.offer(events[:200])
    road.await_all()
    with writes_held_up(road) as keep_on:
        road.offer(events[200:])
        members = road.members()
        await_that(lambda: waits_for_writer(road), "it says that records wait")
        held_at, watched = time.monotonic(), psutil.Process(process.pid)
        sizes, used = [process.memory()], sum(watched.cpu_times()[:2])

        def is_over() -> bool:
            keep_on()
            sizes.append(process.memory())
            return time.monotonic() - held_at > seconds

        # Looked at, not slept through: what has to be seen is that nothing happens.
        await_that(is_over, "the time is over", 2 * seconds)
        used = sum(watched.cpu_times()[:2]) - used
        assert road.taken() < road.offered
        assert road.members() == members, "it is still a member of its group, under the same name"
    road.await_all()
    sizes.append(process.memory())
    assert process.end() == 0
    # Batches that are given up and read again come and go; what must not be is that each time there are more.
    half = len(sizes) // 2
    assert max(sizes[half:-1]) - max(sizes[len(sizes) // 4 : half]) < BREATHING_MB, "memory is flat"
    assert max(sizes) < MOST_MB
    assert used < 0.5 * seconds, "it waits without spinning"
    assert_counted_once(road.campus, events)


@pytest.mark.long
def test_a_database_that_holds_up_a_batch_stops_the_reading(road: Road, run_process: RunProcess) -> None:
    """For longer than the group waits for a member that is silent."""
    slow_down(SESSION_TIMEOUT_MS / 1000 + 2, 6_000, road, run_process)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_database_that_holds_up_batches_beyond_its_time_limits_stops_the_reading(
    road: Road, run_process: RunProcess
) -> None:
    """Waiting for a lock is given up after half a minute, and tried again: six times, of which none adds to the size
    but the first two."""
    road.settings = road.settings.model_copy(update={"analytics_batch_size": 500})
    slow_down(200, 40_000, road, run_process)


@pytest.mark.long
def test_a_backlog_of_large_events_is_read_in_parts(road: Road, run_process: RunProcess) -> None:
    """Sixteen thousand of them would be a gigabyte: a batch is bounded by its bytes as well."""
    events = [viewed(number, person=f"learner {number % 9}") for number in range(2_500)]
    padding = b'{"padding":"' + b"x" * 60_000 + b'",'
    bodies = [encode(event, ISSUER).replace(b"{", padding, 1) for event in events]
    road.settings = road.settings.model_copy(update={"analytics_batch_size": 1_000})
    road.offer_bodies(bodies)
    process = run_process(road)
    sizes = [0.0]

    def is_done() -> bool:
        sizes.append(process.memory())
        return road.taken() == road.offered

    await_that(is_done, "everything is committed", 90)
    assert process.end() == 0
    assert max(sizes) < MOST_MB
    assert_counted_once(road.campus, events)
