"""Holds the aggregates that SQL has copied against those that ingest makes from the same raw events."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.store.presence import block_of
from dashapp.data.store.senders import read_senders
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from dashapp.domain.events import Event, Source, Topic
from dashapp.settings import load_settings
from ingest.bulk import batches_of, bulk_loader
from ingest.native import decode

_ISSUER: Final = "https://past-terms.example"
_DAYS: Final = 36_500


def smallest_courses(connection: Connection, copies: Sequence[int], least: int) -> list[tuple[int, int]]:
    """(course, raw events) of as many of the copies, the smallest first, as have so many events together."""
    statement = text(
        "SELECT course_id, count(*) AS events FROM raw_events WHERE course_id = ANY(CAST(:copies AS bigint[]))"
        " AND verb = ANY(ARRAY['viewed', 'interacted', 'submitted', 'graded']) GROUP BY 1 ORDER BY 2, 1"
    )
    chosen: list[tuple[int, int]] = []
    for course, events in connection.execute(statement, {"copies": list(copies)}):
        if sum(each for _course, each in chosen) >= least:
            break
        chosen.append((course, events))
    return chosen


def difference(connection: Connection, course: int) -> tuple[int, int]:
    """(rows, rows that are in one of both only) of every aggregate of a copied course, keys told by their names."""
    ours = {table: _rows(connection, statement, {"course": course}) for table, statement in _AGGREGATES.items()}
    with tempfile.TemporaryDirectory(prefix="past-terms-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder))
        try:
            migrate(database)
            _ingest(database, Path(folder), _events(connection, course))
            theirs = _named(database)
        finally:
            database.close()
    return sum(len(rows) for rows in ours.values()), sum(len(ours[table] ^ theirs[table]) for table in ours)


def _events(connection: Connection, course: int) -> Iterator[bytes]:
    """The raw events of the course as a sender would send them, in the order of time."""
    statement = text(
        "SELECT body FROM raw_events WHERE course_id = :course AND verb = ANY(ARRAY['viewed', 'interacted',"
        " 'submitted', 'graded']) ORDER BY occurred_at, event_id"
    )
    for (body,) in connection.execute(statement, {"course": course}):
        said = msgspec.json.decode(bytes(body))
        said |= {"type": said.pop("verb"), "time": said.pop("occurred_at")}
        said |= {"actor": {"id": str(said.pop("person"))}, "course": {"id": str(said["course"])}}
        if "activity" in said:
            said["activity"] = {"id": str(said["activity"]), "type": said.pop("activity_type", None)}
        yield msgspec.json.encode(said)


def _ingest(database: Database, folder: Path, bodies: Iterator[bytes]) -> None:
    source = _sender(database)
    events: Iterator[Event] = (decode(body, Topic.LEARNING, source) for body in bodies)
    settings = load_settings(_env_file=None, data_dir=folder)
    with bulk_loader(settings, database, retention_days=_DAYS) as loader:
        for counted in loader.load(source, batches_of(events), lambda: datetime.now(UTC)):
            if counted.refused or counted.seen:
                raise SystemExit(f"Ingest refused {counted.refused} events and knew {counted.seen} already.")


def _sender(database: Database) -> Source:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "sample", "Sample", "Europe/London")
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        register_source(connection, organisation, NewSource("sample", _ISSUER, topics=("learning-events",)))
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        return next(each.source for each in read_senders(connection))


def _rows(connection: Connection, statement: str, values: dict[str, Any]) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in connection.execute(text(statement), values)}


def _named(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    """The aggregates that ingest has made, with the keys of the copy, by which the sample's names go."""
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        people = _keys(connection, "person_identifiers", "person_id")
        activities = _keys(connection, "activity_identifiers", "activity_id")
        (course,) = connection.execute(text("SELECT course_id FROM courses")).scalars()
        found: dict[str, set[tuple[Any, ...]]] = {}
        for table, statement in _AGGREGATES.items():
            rows = _rows(connection, statement, {"course": course})
            found[table] = {_with(row, table, people, activities) for row in rows}
    return found


def _keys(connection: Connection, table: str, key: str) -> dict[int, int]:
    return {row[0]: int(row[1]) for row in connection.execute(text(f"SELECT {key}, value FROM {table}"))}


def _with(row: tuple[Any, ...], table: str, people: dict[int, int], activities: dict[int, int]) -> tuple[Any, ...]:
    has_person, has_activity = table != "activity_days", table not in _WITHOUT_ACTIVITY
    keys = [people[row[0]]] if has_person else []
    keys += [activities[row[len(keys)]]] if has_activity else []
    return (*keys, *row[len(keys) :])


def _bits(table: str, of: str, sets: str) -> str:
    """People and what their bits say, of everybody who is in a set; `sets`: the first is the larger one."""
    bits = [f"get_bit(s.{name}, mod(p.person_id, {PEOPLE_PER_BLOCK})\\:\\:integer)" for name in sets.split()]
    return (
        f"SELECT p.person_id, s.{of}, {', '.join(bits)} FROM {table} s JOIN people p"
        f" ON p.organisation_id = s.organisation_id AND {block_of('p.person_id').replace(':', chr(92) + ':')} = s.block"
        f" WHERE s.course_id = :course AND {bits[0]} = 1"
    )


_WITHOUT_ACTIVITY: Final = ("learner_course_days", "learner_course_day_types", "course_day_people")
_AGGREGATES: Final = {
    table: f"SELECT {columns} FROM {table} WHERE course_id = :course"
    for table, columns in {
        "learner_course_days": "person_id, day, events, clicks, CAST(minutes AS text), first_at, last_at",
        "learner_course_day_types": "person_id, day, activity_type, events, clicks",
        "learner_activities": "person_id, activity_id, first_day, last_day, first_at, last_at, completed_at, events,"
        " clicks",
        "submissions": "person_id, activity_id, attempt, submitted_at, graded_at, score, max_score, exempt, banked,"
        " day_precision, event_id",
        "activity_days": "activity_id, day, events, clicks",
    }.items()
} | {
    "course_day_people": _bits("course_day_people", "day", "people"),
    "activity_people": _bits("activity_people", "activity_id", "seen completed"),
}
"""By table: keys of person and activity first, then what is known of them."""
