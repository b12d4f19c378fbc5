"""Processes that are killed, stopped and woken, or come and go while others work: each event counts exactly once."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from dashapp.data.database import Database
from dashapp.domain.events import Event
from tests.ingest.faults.conftest import Road
from tests.ingest.processes import Process
from tests.ingest.semester import assert_counted_once, semester
from tests.waiting import await_that

RunProcess = Callable[..., Process]


def replay_with_kills(kills: int, road: Road, run_process: RunProcess, events_of_a_kill: int = 1_000) -> None:
    """Kills the process after a random number of commits, at a random moment of the next one, and starts it again."""
    seed = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"KILL_SEED={seed}\n")
    chance = random.Random(seed)
    events = semester(chance, events_of_a_kill * kills)
    # The last one is kept back, so that the last process has something to do whenever the one before was killed.
    road.offer(events[:-1])
    step = len(events) // (kills + 1)
    for kill in range(kills):
        process = run_process(road, "the-only-one")
        road.await_taken(min(len(events) - 2, max(road.taken() + 1, kill * step + chance.randrange(step))))
        moment = time.perf_counter() + chance.uniform(0, 0.08)
        while time.perf_counter() < moment:
            pass
        process.kill()
    process = run_process(road, "the-only-one")
    road.offer(events[-1:])
    road.await_all()
    assert process.end() == 0
    assert_counted_once(road.campus, events)


@pytest.mark.timeout(600)
def test_kills_lose_nothing_and_count_nothing_twice(road: Road, run_process: RunProcess) -> None:
    """Four of a replay from Kafka, three from the inbox, which shares all but the transport."""
    replay_with_kills(4 if road.broker is not None else 3, road, run_process, events_of_a_kill=400)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_hundred_kills_lose_nothing_and_count_nothing_twice(road: Road, run_process: RunProcess) -> None:
    replay_with_kills(100, road, run_process)


class Replay:
    """Events that keep coming, again from the first after the last, so that there is work at every moment."""

    WAITING = 600
    PART = 300

    def __init__(self, road: Road, events: Sequence[Event]) -> None:
        self._road, self._events = road, events

    def await_that(self, holds: Callable[[], bool], what: str) -> None:
        """Returns when it holds, while events come."""

        def comes_true() -> bool:
            if self._road.offered - self._road.taken() < self.WAITING:
                begin = self._road.offered % len(self._events)
                self._road.offer(self._events[begin : begin + self.PART])
            return holds()

        await_that(comes_true, what)

    def end(self) -> None:
        """Offers what was not offered yet, and returns when everything is committed."""
        self._road.offer(self._events[self._road.offered :])
        self._road.await_all()


def come_and_go(rounds: int, road: Road, run_process: RunProcess) -> None:
    """Two and three processes at a replay: in every round one joins and one is killed or asked to leave, and at the
    end one more leaves."""
    chance = random.Random(5)
    events = semester(chance, 3_000 * rounds)
    replay = Replay(road, events)
    processes = [run_process(road), run_process(road)]
    for number in range(rounds):
        replay.await_that(lambda: road.at_work() == 2, "two are at work")
        processes.append(run_process(road))
        replay.await_that(lambda: road.at_work() == 3, "the third is at work")
        some_more = road.taken() + 500
        replay.await_that(lambda goal=some_more: road.taken() >= goal, "the three go on")  # type: ignore[misc]
        # The one that leaves is one of those that were there before.
        leaving = processes.pop(chance.randrange(2))
        if number % 2:
            assert leaving.end() == 0
        else:
            leaving.kill()
    assert processes.pop(0).end() == 0
    replay.end()
    for process in processes:
        assert process.is_running()
        assert process.end() == 0
    assert_counted_once(road.campus, events)


@pytest.mark.long
def test_processes_join_and_leave_during_a_replay(road: Road, run_process: RunProcess) -> None:
    come_and_go(1, road, run_process)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_processes_join_and_leave_twelve_times_during_a_replay(road: Road, run_process: RunProcess) -> None:
    come_and_go(12, road, run_process)


@pytest.mark.long
def test_a_former_owner_that_wakes_up_cannot_set_anything_back(road: Road, run_process: RunProcess) -> None:
    """It slept over a rebalance, or while the database took its transaction with the inbox's rows away."""
    events = semester(random.Random(3), 6_000)
    road.offer(events[:6_000])
    sleeper = run_process(road)
    road.await_taken(500)
    sleeper.signal(signal.SIGSTOP)
    asleep_at = road.taken()
    old = road.members()
    if road.broker is None:
        _end_sessions(road.campus.database)
    other = run_process(road)
    if road.broker is not None:
        await_that(lambda: bool(now := road.members()) and not now & old, "the other takes the partitions over")
    road.await_taken(asleep_at + 100)
    road.offer(events[6_000:])
    sleeper.signal(signal.SIGCONT)

    road.await_all()
    assert sleeper.is_running()
    assert sleeper.end() == other.end() == 0
    assert_counted_once(road.campus, events)


def _end_sessions(database: Database) -> None:
    """What PostgreSQL does by itself to a transaction whose process has been silent for a minute."""
    with database.administration() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'la_ingest' AND state <> 'idle'"
            )
        )
