"""The broker and the database die during a replay and come back: nothing is lost, nothing counts twice."""

import os
import random
import signal
from collections.abc import Callable

import pytest

from dashapp.data.database import Database
from dashapp.data.store.status import IngestState
from ingest.loop import Ingest
from tests.ingest.faults.conftest import MakeRoad, Road
from tests.ingest.processes import Process
from tests.ingest.semester import assert_counted_once, semester
from tests.servers import DebianCluster
from tests.waiting import await_that

RunProcess = Callable[..., Process]


@pytest.mark.long
@pytest.mark.parametrize("make_road", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("sockets_left_open")
def test_a_broker_that_crashes_and_comes_back_during_a_replay(road: Road, run_process: RunProcess) -> None:
    events = semester(random.Random(11), 6_000)
    road.offer(events[:3_000])
    processes = [run_process(road), run_process(road)]
    for _ in range(2):
        road.await_taken(road.taken() + 200)
        assert road.broker is not None
        road.broker.kill()
        try:
            await_that(lambda: road.at_work() == 0, "both say that they wait")
        finally:
            road.broker.start()
        await_that(lambda: road.at_work() > 0, "one goes on")
        road.offer(events[road.offered : road.offered + 2_000])
    road.offer(events[road.offered :])
    road.await_all()
    assert [process.end() for process in processes] == [0, 0]
    assert_counted_once(road.campus, events)


@pytest.mark.long
@pytest.mark.parametrize("make_road", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)
def test_a_broker_that_hangs_is_noticed_and_waited_for(road: Road, run_ingest: Callable[..., Ingest]) -> None:
    """It keeps its connections and answers nothing: only its silence tells."""
    events = semester(random.Random(13), 1_000)
    ingest = run_ingest(road.settings, road.campus.database)
    road.offer(events[:600])
    road.await_all()
    assert road.broker is not None
    assert road.broker.pid is not None
    os.kill(road.broker.pid, signal.SIGSTOP)
    try:
        await_that(lambda: ingest.status().state is IngestState.WAITING, "it says that it waits")
        assert "has not answered" in ingest.status().detail
    finally:
        os.kill(road.broker.pid, signal.SIGCONT)
    road.offer(events[600:])
    road.await_all()
    await_that(lambda: ingest.status().state is IngestState.RUNNING, "it says that it runs")
    assert_counted_once(road.campus, events)


@pytest.mark.long
def test_a_database_that_crashes_and_comes_back_during_a_replay(
    own_cluster: tuple[DebianCluster, Database], make_road: MakeRoad, run_process: RunProcess
) -> None:
    cluster, database = own_cluster
    road = make_road(database)
    events = semester(random.Random(12), 8_000)
    road.offer(events)
    processes = [run_process(road), run_process(road)]
    for part in range(1, 4):
        road.await_taken(road.offered * part // 5)
        cluster.stop()
        database.dispose()
        cluster.start()
        assert road.taken() < road.offered, "the crash came in the middle"
    road.await_all()
    assert [process.end() for process in processes] == [0, 0]
    assert_counted_once(road.campus, events)
