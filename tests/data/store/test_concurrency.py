"""Several writers at once: no deadlock, nothing counted twice, nothing written from what no longer holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.writer import StructureChanged
from dashapp.domain.events import ActivityType, Event, PersonDescribed, Role
from tests.data.store.conftest import Campus, activity, course, described, enrolled, person, viewed, voided, write_batch

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def busy_week(seed: int, count: int) -> list[Event]:
    """Many learners in few courses, with roles, types and retractions in between."""
    random = Random(seed)
    events: list[Event] = []
    for number in range(count):
        at = MONDAY + timedelta(minutes=random.randrange(5000))
        who, where, what = (
            f"p{random.randrange(40)}",
            course(f"c{random.randrange(3)}"),
            activity(f"a{random.randrange(5)}"),
        )
        match random.randrange(40):
            case 0:
                role, section = random.choice(list(Role)), random.choice([None, "s"])
                events.append(enrolled(who, at, role, course=where, section=section))
            case 1 if events:
                events.append(voided(random.choice(events)))
            case 2:
                kind = random.choice(list(ActivityType))
                events.append(described(what.value, at, course=where, unit="u", activity_type=kind))
            case 3:
                events.append(PersonDescribed(f"d{seed}-{number}", person(who), at, given_name="X"))
            case _:
                events.append(viewed(who, at, course=where, activity=what))
    return events


def test_writers_on_the_same_courses_and_on_the_same_events_end_equal_to_a_recount(campus: Campus) -> None:
    shared = busy_week(1, 600)
    own = [busy_week(seed, 400) for seed in (2, 3)]

    def run(mine: list[Event]) -> int:
        writer = campus.new_writer()
        events = [*shared, *mine]
        Random(len(mine)).shuffle(events)
        batches = [events[start : start + 50] for start in range(0, len(events), 50)]
        return sum(campus.write(*batch, writer=writer).new for batch in batches)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(run, own)) == len(shared) + sum(map(len, own))
    assert campus.differences() == {}


def test_unknown_names_that_two_processes_meet_at_once_become_one_row_each(campus: Campus) -> None:
    def run(seed: int) -> None:
        events = [viewed(f"n{number}", MONDAY, activity=activity(f"x{number}")) for number in range(200)]
        Random(seed).shuffle(events)
        campus.write(*events, writer=campus.new_writer())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert campus.value("SELECT count(*) FROM people") == 200
    assert campus.value("SELECT count(*) FROM activities") == 200
    assert campus.rows("SELECT DISTINCT events FROM learner_course_days") == [(4,)]


def test_a_batch_that_was_prepared_before_the_structure_changed_is_refused(campus: Campus, database: Database) -> None:
    stale = campus.new_writer()
    campus.write(viewed("ada", MONDAY), writer=stale)
    arrivals = campus.arrivals([viewed("ada", MONDAY + timedelta(minutes=1))])
    prepared = stale.prepare(arrivals)
    campus.write(enrolled("ada", MONDAY, Role.TEACHER))
    with pytest.raises(StructureChanged), database.transaction(DatabaseRole.INGEST, None) as connection:
        stale.write(connection, prepared)
    assert write_batch(database, stale, arrivals).new == 1
    assert campus.rows("SELECT * FROM course_days") == []


def test_what_was_rolled_back_is_written_again_on_the_same_connection(campus: Campus, database: Database) -> None:
    arrivals = campus.arrivals([viewed("ada", MONDAY, activity=activity())])
    prepared = campus.writer.prepare(arrivals)
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        attempt = connection.begin_nested()
        assert campus.writer.write(connection, prepared).new == 1
        attempt.rollback()
        with connection.begin_nested():
            assert campus.writer.write(connection, prepared).new == 1
        assert campus.writer.write(connection, prepared).seen == 1
    assert campus.value("SELECT events FROM learner_course_days") == 1


def test_each_supported_server_counts_alike(every_postgres: str, campus: Campus) -> None:
    events = busy_week(4, 500)
    for start in range(0, len(events), 100):
        campus.write(*events[start : start + 100])
    assert campus.differences() == {}
    assert campus.value("SELECT sum(events) FROM learner_course_days") > 300
