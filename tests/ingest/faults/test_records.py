"""What senders and brokers do to records: they repeat, disorder and spoil them, and let two processes meet."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from dashapp.domain.events import Event, Identifier, LearningEvent
from ingest.loop import Ingest
from tests.ingest.conftest import ISSUER, NOW, viewed
from tests.ingest.faults.conftest import Road
from tests.ingest.processes import Process
from tests.ingest.semester import assert_counted_once, assert_stored, semester
from tests.waiting import await_that

RunIngest = Callable[..., Ingest]
RunProcess = Callable[..., Process]


@pytest.mark.long
def test_records_that_producers_append_again_count_once(road: Road, run_process: RunProcess) -> None:
    """A producer that did not hear the acknowledgement appends whole batches again, at later offsets."""
    chance = random.Random(21)
    events = semester(chance, 2_000)
    again = list(events)
    for _ in range(3):
        begin = chance.randrange(len(events) - 500)
        again += events[begin : begin + 500]
    chance.shuffle(again)
    processes = [run_process(road), run_process(road)]
    road.offer(events)
    road.offer(again)
    road.await_all()
    assert [process.end() for process in processes] == [0, 0]
    assert_counted_once(road.campus, events)


@pytest.mark.long
def test_events_that_come_backwards_over_forty_days_are_counted_on_their_days(
    road: Road, run_ingest: RunIngest
) -> None:
    def told_at(event: Event) -> datetime:
        return (event.occurred_at if isinstance(event, LearningEvent) else None) or NOW

    events = sorted(semester(random.Random(22), 2_000), key=told_at, reverse=True)
    run_ingest(road.settings, road.campus.database)
    for begin in range(0, len(events), 700):
        road.offer(events[begin : begin + 700])
    road.await_all()
    assert_counted_once(road.campus, events)
    assert road.campus.scalar("SELECT count(DISTINCT day) FROM learner_course_days") >= 40


def test_events_that_the_database_refuses_are_buried_and_all_others_count(road: Road, run_ingest: RunIngest) -> None:
    good = semester(random.Random(23), 1_500)
    bad = [viewed(number, person="flood", count=666) for number in range(4)]
    with road.campus.database.administration() as connection:
        # The months first: one that is made later would lack the constraint.
        connection.execute(text("SELECT analytics.ensure_raw_partitions('2026-03-01', '2026-04-30')"))
        connection.execute(text("ALTER TABLE analytics.raw_events ADD CONSTRAINT beast CHECK (clicks <> 666)"))
        connection.commit()
    mixed: list[Event] = list(good)
    for number, event in enumerate(bad):
        mixed.insert(300 * number, event)
    ingest = run_ingest(road.settings, road.campus.database)
    road.offer(mixed)
    road.await_all()
    letters = road.campus.letters()
    assert letters == [("not_storable", "the database refuses it: CheckViolation")] * len(bad)
    assert_stored(road.campus, good)
    assert ingest.status().detail == ""


def deadlocks(road: Road) -> int:
    """How many deadlocks PostgreSQL has ended in this database so far."""
    with road.campus.database.administration() as connection:
        found = connection.execute(
            text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        ).scalar_one()
    return int(found)


def on_few_courses(chance: random.Random, count: int) -> list[Event]:
    """Everybody does everything in two courses on two days: each batch of each process meets the same rows."""
    courses = [Identifier(ISSUER, "course", name) for name in ("algebra", "biology")]
    events: list[Event] = []
    for event in semester(chance, count):
        if isinstance(event, LearningEvent):
            at = NOW + timedelta(seconds=chance.randrange(2 * 86_400))
            event = replace(event, course=chance.choice(courses), occurred_at=at)
        events.append(event)
    return list({event.id: event for event in events}.values())


def work_on_few_courses(count: int, road: Road, run_process: RunProcess) -> None:
    before = deadlocks(road)
    events = on_few_courses(random.Random(24), count)
    road.offer(events)
    processes = [run_process(road), run_process(road)]
    await_that(lambda: road.at_work() == 2, "both are at work")
    road.await_all()
    # Processes that end have told PostgreSQL's statistics what happened to them.
    assert [process.end() for process in processes] == [0, 0]
    assert deadlocks(road) == before
    assert "deadlock" not in processes[0].log.read_text()
    assert_counted_once(road.campus, events)


@pytest.mark.long
def test_two_processes_on_the_same_courses_do_not_block_each_other_for_ever(
    road: Road, run_process: RunProcess
) -> None:
    work_on_few_courses(6_000, road, run_process)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_two_processes_on_the_same_courses_do_not_block_each_other_in_a_large_replay(
    road: Road, run_process: RunProcess
) -> None:
    road.settings = road.settings.model_copy(update={"analytics_batch_size": 100})
    work_on_few_courses(100_000, road, run_process)
