"""What the server needs for the data of each page, uncached and cached: `python -m benchmarks.pages`.

Without `--data-dir` it makes a database of nearly twice the size of the published OULAD data (see
`benchmarks.large_campus`); with it, it reads the largest organisation of the embedded database of that DATA_DIR, for
example one into which `DATA_DIR=… python -m ingest.oulad ARCHIVE` has imported the archive, and leaves it there.
The pages are those of the largest course under way. Yardsticks, in the same run: counting the very rows that the
classroom reads, and reading back a kept classroom from its bytes.
"""

import argparse
import gzip
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg2.extensions
from dash._utils import to_json
from flask_caching.backends import SimpleCache
from sqlalchemy import Connection, event, text

from benchmarks.large_campus import Size, write_large_campus
from benchmarks.large_content import write_large_content
from benchmarks.machine import machine
from dashapp.components.classroom import fill
from dashapp.components.learner_grid import learner_rows
from dashapp.components.links import Links
from dashapp.data.cache import KEPT_SECONDS, MOST_VALUES, Cache, Form
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.reader import PageReader
from dashapp.domain.clock import system_clock
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.views import ClassroomView, Freshness
from dashapp.figures import Screen
from dashapp.web.serve import collect_seldom

UNCACHED_TARGET, CACHED_TARGET, MOST_STATEMENTS = 300, 30, 12


@dataclass
class Versions:
    """A version that rises whenever a round must not be met in the cache."""

    number: int = 0

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        """The same for everything."""
        return str(self.number)

    def freshness(self) -> Freshness:
        """Always up to date."""
        return Freshness(datetime.now(UTC), 0.0)


@dataclass(frozen=True)
class Case:
    """A page and how it is asked for."""

    name: str
    ask: Callable[[], Any]
    before: Callable[[], Any] = lambda: None
    """What the page has asked for before, which is not measured."""


@dataclass(frozen=True)
class Subject:
    """The largest course under way, one of its learners, and how much there is."""

    organisation: OrganisationId
    course: CourseId
    course_public_id: PublicId
    learner: PersonId
    learner_public_id: PublicId
    learners: int
    rows: int
    now: datetime


_SUBJECT = text("""
SELECT c.course_id, c.public_id, count(*) AS learners, min(m.person_id) AS person,
  LEAST(max(c.ends_on), CURRENT_DATE) AS today
FROM courses c JOIN memberships m ON m.organisation_id = c.organisation_id AND m.scope_kind = 'course'
  AND m.scope_id = c.course_id AND m.role = 'learner' AND m.ends_at IS NULL
WHERE c.organisation_id = :organisation
GROUP BY c.course_id, c.public_id ORDER BY max(c.ends_on) DESC, learners DESC LIMIT 1
""")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine, each page's figures and the yardsticks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="DATA_DIR of an existing embedded database to read")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--minutes", action="store_true", help="make a campus whose sources record times of day")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database((chosen.data_dir or Path(folder)) / "database")
        try:
            if chosen.data_dir is None:
                make_campus(database, Size(minutes=chosen.minutes))
            _measure(database, chosen.rounds)
        finally:
            database.close()
    return 0


def make_campus(database: Database, size: Size) -> None:
    """The large campus with its content, in an empty database."""
    migrate(database)
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        organisation = write_large_campus(connection, datetime.now(UTC).date(), size)
        write_large_content(connection, organisation)
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _measure(database: Database, rounds: int) -> None:
    subject = largest_course(database)
    versions = Versions()
    cache = Cache(SimpleCache(threshold=MOST_VALUES, default_timeout=KEPT_SECONDS))
    reader = PageReader(database, cache, lambda: subject.now, versions)
    collect_seldom()
    print(machine())
    print(f"{subject.rows:,} learner-days; the course has {subject.learners:,} learners; {rounds} rounds each\n")
    print(f"{'page':<22}{'uncached p50':>14}{'p95':>8}{'cached p50':>12}{'p95':>8}{'statements':>12}")
    met = [_row(case, (database, versions), rounds) for case in cases(reader, subject)]
    print(f"{'target':<22}{'':>11}{UNCACHED_TARGET:>8} ms{'':>9}{CACHED_TARGET:>8} ms{MOST_STATEMENTS:>12}")
    print(f"met by {sum(met)} of {len(met)} rounds\n")
    _yardsticks(database, reader, subject, rounds)


def _row(case: Case, of: tuple[Database, Versions], rounds: int) -> bool:
    """Measures and prints one round; whether it is within all targets."""
    database, versions = of

    def renew() -> None:
        versions.number += 1
        case.before()

    case.before()
    case.ask()
    renew()
    with _counted(database) as statements:
        case.ask()
    uncached = times(rounds, case.ask, before=renew)
    cached = times(rounds, case.ask)
    print(
        f"{case.name:<22}{p50(uncached):>11.0f} ms{p95(uncached):>5.0f} ms{p50(cached):>9.1f} ms"
        f"{p95(cached):>5.1f} ms{len(statements):>12}"
    )
    versions.number += 1
    return p95(uncached) <= UNCACHED_TARGET and p95(cached) <= CACHED_TARGET and len(statements) <= MOST_STATEMENTS


def largest_course(database: Database) -> Subject:
    """The largest course under way of the organisation with the most learner-days."""
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        organisation = connection.execute(
            text("SELECT organisation_id FROM learner_course_days GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        ).scalar_one()
        row = connection.execute(_SUBJECT, {"organisation": organisation}).one()
        rows = connection.execute(text("SELECT count(*) FROM learner_course_days")).scalar_one()
        public = connection.execute(
            text("SELECT public_id FROM people WHERE organisation_id = :organisation AND person_id = :person"),
            {"organisation": organisation, "person": row.person},
        ).scalar_one()
    # The minute stands still, so that rounds meet in the cache unless the version rises.
    now = min(system_clock(), datetime.combine(row.today, datetime.min.time(), UTC) + timedelta(hours=18))
    return Subject(
        OrganisationId(organisation), CourseId(row.course_id), PublicId(row.public_id), PersonId(row.person),
        PublicId(public), row.learners, rows, now,
    )  # fmt: skip


def cases(reader: PageReader, subject: Subject) -> list[Case]:
    """Every data round of the three pages, for the people whom the subject names."""
    course = frozenset({subject.course})
    student = Principal(subject.organisation, subject.learner, subject.learner_public_id, "student", learns_in=course)
    teacher = Principal(subject.organisation, PersonId(0), subject.course_public_id, "teacher", teaches_in=course)
    dean = Principal(subject.organisation, PersonId(0), subject.course_public_id, "dean", administers=True)
    everything = Filters(first=subject.now.date() - timedelta(days=300))
    return [
        Case("student", lambda: reader.student(student, Filters())),
        Case(
            "student, below",
            lambda: reader.student_further(student, None, Filters()),
            lambda: reader.student(student, Filters()),
        ),
        Case("learner, by staff", lambda: reader.learner(teacher, subject.learner_public_id, Filters())),
        Case("classroom", lambda: reader.classroom(teacher, subject.course_public_id, Filters())),
        Case("classroom, all weeks", lambda: reader.classroom(teacher, subject.course_public_id, everything)),
        Case(
            "classroom, below",
            lambda: reader.classroom_work(teacher, subject.course_public_id, Filters()),
            lambda: reader.classroom(teacher, subject.course_public_id, Filters()),
        ),
        Case("classroom, chosen", lambda: reader.classroom(teacher, subject.course_public_id, _CHOSEN)),
        Case("classroom, in groups", lambda: reader.classroom(dean, subject.course_public_id, Filters())),
        Case("institution", lambda: reader.institution(dean, Filters())),
        Case(
            "institution, below",
            lambda: reader.institution_further(dean, Filters()),
            lambda: reader.institution(dean, Filters()),
        ),
    ]


_CHOSEN = Filters.of_query({"seen": "7d", "score": "60-80", "activity": "page", "compare": "rest"})
"""Filters of several kinds together, beside everybody else."""


def times(rounds: int, ask: Callable[[], Any], before: Callable[[], None] = lambda: None) -> list[float]:
    """Milliseconds of each round."""
    took = []
    for _ in range(rounds):
        before()
        started = perf_counter()
        ask()
        took.append((perf_counter() - started) * 1000)
    return took


def p50(took: list[float]) -> float:
    """The median."""
    return statistics.median(took)


def p95(took: list[float]) -> float:
    """What 95 of a hundred rounds do not exceed."""
    return sorted(took)[max(0, round(0.95 * len(took)) - 1)]


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    """The statements of a page's round that the driver sends meanwhile, COPY too, the tenant's setting left out."""
    statements: list[str] = []

    class Counting(psycopg2.extensions.cursor):
        def execute(self, query: Any, variables: Any = None) -> None:
            if not any(each in str(query) for each in ("set_config", "pg_catalog", "PREPARE")):
                statements.append(str(query))
            super().execute(query, variables)

        def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
            statements.append(str(sql))
            super().copy_expert(sql, file, size)

    def use(connection: Any, *_rest: Any) -> None:
        connection.cursor_factory = Counting

    def forget(connection: Any, *_rest: Any) -> None:
        if connection is not None:
            connection.cursor_factory = psycopg2.extensions.cursor

    engine = database.engine(DatabaseRole.WEB)
    event.listen(engine, "checkout", use)
    event.listen(engine, "checkin", forget)
    yield statements
    event.remove(engine, "checkout", use)
    event.remove(engine, "checkin", forget)


def _count_rows(connection: Connection, subject: Subject) -> int:
    statement = text(
        "SELECT count(events) FROM learner_course_days WHERE organisation_id = :organisation AND course_id = :course"
        " AND day > :since"
    )
    since = subject.now.date() - timedelta(weeks=14)
    values = {"organisation": subject.organisation, "course": subject.course, "since": since}
    return int(connection.execute(statement, values).scalar_one())


def _yardsticks(database: Database, reader: PageReader, subject: Subject, rounds: int) -> None:
    with database.transaction(DatabaseRole.WEB, subject.organisation) as connection:
        took = times(rounds, lambda: _count_rows(connection, subject))
        print(f"counting the {_count_rows(connection, subject):,} learner-days of 14 weeks: {p50(took):.0f} ms")
    classroom = next(case for case in cases(reader, subject) if case.name == "classroom")
    form = Form.of(ClassroomView)
    kept = form.write(classroom.ask())
    took = times(rounds, lambda: form.read(kept))
    print(f"reading the classroom back from {len(kept):,} bytes: {p50(took):.1f} ms")
    view = form.read(kept)
    rows = to_json(learner_rows(view, Links())).encode()
    print(
        f"{len(view.learners):,} rows of the list: {len(rows):,} bytes of JSON, {len(gzip.compress(rows)):,} compressed"
    )
    took = times(rounds, lambda: to_json(fill(view, Screen(), Links())))
    print(f"drawing the classroom's page as JSON: {p50(took):.0f} ms, p95 {p95(took):.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
