"""The same courses in more past terms, until so many raw events are there: `python -m benchmarks.past_terms`.

Into the database of a DATA_DIR that holds the imported OULAD archive (`DATA_DIR=… python -m ingest.oulad ARCHIVE`), by
SQL and as ingest would have written them: ledger, raw events in the partitions of their months, people, roles, ends and
every aggregate. Each further term has learners, courses and activities of its own, whole years before the real one.

Afterwards one copied course after the other, until they are 1 % of what was copied, is fed to ingest itself from its
raw events, in a database of its own, and every row of its aggregates is held against what SQL has made.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, text

from benchmarks.machine import machine
from benchmarks.past_terms_check import difference, smallest_courses
from benchmarks.past_terms_copy import COPY
from dashapp.data.database import embedded_database

WEEKS = 52
"""Between two terms, so that weekdays stay weekdays."""
LEAST_FREE = 25
"""GB that are left on the disk."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Copies, checks and prints; 1 where a sample differs or the disk is too small."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.past_terms", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="DATA_DIR of the imported archive; is added to")
    parser.add_argument("--events", type=int, default=100_000_000, help="raw events to be there in the end")
    chosen = parser.parse_args(arguments)
    print(machine())
    database = embedded_database(chosen.data_dir / "database")
    try:
        with database.administration() as connection:
            connection.execute(text("SET search_path = analytics"))
            return _extend(connection, chosen.data_dir, chosen.events)
    finally:
        database.close()


def _extend(connection: Connection, folder: Path, events: int) -> int:
    values = {"organisation": _organisation(connection)}
    there = int(connection.execute(text("SELECT count(*) FROM raw_events")).scalar_one())
    size = int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    needed, free = size / there * max(0, events - there) / 1e9, shutil.disk_usage(folder).free / 1e9
    print(
        f"{there:,} raw events take {size / 1e9:.1f} GB; {events:,} need {needed:.0f} GB more, {free:.0f} GB are free"
    )
    if free - needed < LEAST_FREE:
        print(f"That would leave less than {LEAST_FREE} GB.")
        return 1
    for statement in _PREPARE:
        connection.execute(text(statement), values if ":organisation" in statement else {})
    courses = connection.execute(text("SELECT course_id, events FROM base_courses ORDER BY events")).all()
    term, copied, started = 0, 0, perf_counter()
    done: list[int] = []
    while there + copied < events:
        term += 1
        for course in courses:
            if there + copied >= events:
                break
            copied += course.events
            done.append(_copy(connection, {**values, "course": course.course_id, "term": term}))
    took = perf_counter() - started
    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    print(
        f"{copied:,} raw events of {len(done)} courses in {term} terms in {took:.0f} s, {copied / took:,.0f} a second"
    )
    return _check(connection, done, copied)


def _organisation(connection: Connection) -> int:
    most = "SELECT organisation_id FROM learner_course_days GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    return int(connection.execute(text(most)).scalar_one())


def _copy(connection: Connection, values: dict[str, int]) -> int:
    """One course in one past term; the key of the copy."""
    bases = connection.execute(text("SELECT * FROM base_keys")).one()
    term = values["term"]
    moved = {
        **values, "courses": term * bases.courses, "people": term * bases.people, "activities": term * bases.activities,
        "units": term * bases.units, "days": 7 * WEEKS * term,
    }  # fmt: skip
    for statement in COPY:
        used = {name: value for name, value in moved.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
    connection.commit()
    return int(values["course"] + moved["courses"])


def _check(connection: Connection, copies: Sequence[int], copied: int) -> int:
    wrong = 0
    for course, events in smallest_courses(connection, copies, copied // 100):
        rows, differing = difference(connection, course)
        print(f"course {course}: {events:,} raw events, {rows:,} rows of aggregates, {differing} differ from ingest's")
        wrong += differing
    return 1 if wrong else 0


_PREPARE = (
    "CREATE TEMP TABLE base_keys AS SELECT (SELECT max(course_id) FROM courses) + 1 AS courses,"
    " (SELECT max(person_id) FROM people) + 1 AS people, (SELECT max(activity_id) FROM activities) + 1 AS activities,"
    " (SELECT max(unit_id) FROM units) + 1 AS units",
    "CREATE TEMP TABLE base_courses AS SELECT course_id, count(*) AS events FROM raw_events"
    " WHERE organisation_id = :organisation AND course_id IS NOT NULL GROUP BY 1",
)


if __name__ == "__main__":
    sys.exit(main())
