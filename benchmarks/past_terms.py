"""The same courses in more past terms, until so many raw events are there: `python -m benchmarks.past_terms`.

Into the database of a DATA_DIR that holds the imported OULAD archive (`DATA_DIR=… python -m ingest.oulad ARCHIVE`), by
SQL and as ingest would have written them: ledger, raw events in the partitions of their months, people, roles, ends and
every aggregate. Each further term has learners, courses and activities of its own, whole years before the real one.

Afterwards one copied course after the other, until they are 1 % of what was copied, is fed to ingest itself from its
raw events, in a database of its own, and every row of its aggregates is held against what SQL has made.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Connection, text
from tqdm import tqdm

from benchmarks.machine import machine
from benchmarks.past_terms_check import difference, smallest_courses
from benchmarks.past_terms_copy import BASE, COURSE, TERM, TOTALS
from dashapp.data.database import Database, embedded_database

WEEKS = 52
"""Between two terms, so that weekdays stay weekdays."""
LEAST_FREE = 25
"""GB that are left on the disk."""
WORKERS = 2
"""Courses that are copied at a time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Copies, checks and prints; 1 where a sample differs or the disk is too small."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.past_terms", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="DATA_DIR of the imported archive; is added to")
    parser.add_argument("--events", type=int, default=100_000_000, help="raw events to be there in the end")
    chosen = parser.parse_args(arguments)
    print(machine())
    database = embedded_database(chosen.data_dir / "database")
    try:
        return _extend(database, chosen.data_dir, chosen.events)
    finally:
        database.close()


def _extend(database: Database, folder: Path, events: int) -> int:
    with _administration(database) as connection:
        organisation = _organisation(connection)
        there = int(connection.execute(text("SELECT count(*) FROM raw_events")).scalar_one())
        size = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        needed, free = size / there * max(0, events - there) / 1e9, shutil.disk_usage(folder).free / 1e9
        print(
            f"{there:,} raw events take {size / 1e9:.1f} GB; {events:,} need {needed:.0f} GB more, {free:.0f} are free"
        )
        if free - needed < LEAST_FREE:
            print(f"That would leave less than {LEAST_FREE} GB.")
            return 1
        started = perf_counter()
        with _without_keys(connection):
            bases, terms = _prepare(connection, organisation, events - there)
            copies = _copy(database, connection, organisation, (bases, terms))
        took = perf_counter() - started
        copied = terms * sum(bases.values())
        print(f"{copied:,} raw events of {len(copies)} courses in {terms} terms in {took:.0f} s, with their indexes")
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        return _check(connection, copies, copied)


@contextmanager
def _administration(database: Database) -> Iterator[Connection]:
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        connection.execute(text("SET synchronous_commit = off"))
        connection.commit()
        yield connection


@contextmanager
def _without_keys(connection: Connection) -> Iterator[None]:
    """Without the two indexes that a random id or a person's past makes slow; they are made anew at the end."""
    for statement in (
        "ALTER TABLE event_ledger DROP CONSTRAINT pk_event_ledger",
        "DROP INDEX ix_raw_events_organisation_id_person_id_occurred_at",
    ):
        connection.execute(text(statement))
    connection.commit()
    yield
    connection.execute(text("SET maintenance_work_mem = '2GB'"))
    for statement in (
        "ALTER TABLE event_ledger ADD CONSTRAINT pk_event_ledger PRIMARY KEY (organisation_id, source_id, event_id)",
        "CREATE INDEX ix_raw_events_organisation_id_person_id_occurred_at ON raw_events"
        " (organisation_id, person_id, occurred_at)",
    ):
        connection.execute(text(statement))
    connection.commit()


def _prepare(connection: Connection, organisation: int, wanted: int) -> tuple[dict[int, int], int]:
    """Raw events by the key of their course, and how many whole terms of them are wanted."""
    for statement in _PREPARE:
        connection.execute(text(statement), {"organisation": organisation})
    rows = connection.execute(text(f"SELECT course_id, count(*) AS events FROM {BASE} GROUP BY 1 ORDER BY 2 DESC"))
    bases = {row.course_id: row.events for row in rows}
    connection.commit()
    return bases, -(-wanted // sum(bases.values()))


def _copy(
    database: Database, connection: Connection, organisation: int, bases_and_terms: tuple[dict[int, int], int]
) -> list[int]:
    """The keys of the copies of every course in every term."""
    bases, terms = bases_and_terms
    keys = connection.execute(text(_KEYS)).one()._asdict()
    shared = {"organisation": organisation, "bases": list(bases)}
    terms_values = [
        {**shared, **{name: term * base for name, base in keys.items()}, "days": 7 * WEEKS * term, "term": term}
        for term in range(1, terms + 1)
    ]
    for values in terms_values:
        _run(connection, TERM, values)
    jobs = [{**values, "course": course} for values in terms_values for course in bases]

    def copy(values: dict[str, Any]) -> int:
        with _administration(database) as own:
            _run(own, COURSE, values)
        return int(values["course"] + values["courses"])

    with ThreadPoolExecutor(WORKERS) as workers:
        copies = list(tqdm(workers.map(copy, jobs), total=len(jobs), unit=" courses"))
    for values in jobs:
        _run(connection, TOTALS, values)
    connection.execute(text(f"DROP TABLE {BASE}"))
    connection.commit()
    return copies


def _run(connection: Connection, statements: Sequence[str], values: dict[str, Any]) -> None:
    for statement in statements:
        used = {name: value for name, value in values.items() if re.search(rf":{name}\b", statement)}
        connection.execute(text(statement), used)
    connection.commit()


def _organisation(connection: Connection) -> int:
    most = "SELECT organisation_id FROM learner_course_days GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    return int(connection.execute(text(most)).scalar_one())


def _check(connection: Connection, copies: Sequence[int], copied: int) -> int:
    wrong = 0
    for course, events in smallest_courses(connection, copies, copied // 100):
        rows, differing = difference(connection, course)
        print(f"course {course}: {events:,} raw events, {rows:,} rows of aggregates, {differing} differ from ingest's")
        wrong += differing
    return 1 if wrong else 0


_PREPARE: Final = (
    f"DROP TABLE IF EXISTS {BASE}",
    f"CREATE UNLOGGED TABLE {BASE} AS SELECT * FROM raw_events"
    " WHERE organisation_id = :organisation AND course_id IS NOT NULL ORDER BY course_id",
    f"CREATE INDEX ON {BASE} (course_id)",
    f"ANALYZE {BASE}",
)
_KEYS: Final = """SELECT (SELECT max(course_id) FROM courses) + 1 AS courses,
    (SELECT max(person_id) FROM people) + 1 AS people, (SELECT max(activity_id) FROM activities) + 1 AS activities,
    (SELECT max(unit_id) FROM units) + 1 AS units"""


if __name__ == "__main__":
    sys.exit(main())
