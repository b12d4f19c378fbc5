"""The data round of each page on two databases in turn: `python -m benchmarks.pages_beside --data-dir A --beside B`.

A holds the imported OULAD archive, B the same archive with past terms (`benchmarks.past_terms`). The same course, the
same learner and the same moment are asked for in both, one after the other, so that what else the machine does meets
both alike. Pages of a course and of a learner are to take the same in both, within a fifth.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_caching.backends import SimpleCache
from sqlalchemy import text

from benchmarks.machine import machine
from benchmarks.pages import Case, Subject, Versions, cases, largest_course, p50, p95, times
from dashapp.data.cache import KEPT_SECONDS, MOST_VALUES, Cache
from dashapp.data.database import Database, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.reader import PageReader
from dashapp.web.serve import collect_seldom

MOST = 1.2
"""What a page of a course or a learner may take of the larger database, the smaller being 1."""


@dataclass(frozen=True)
class Side:
    """One of the two databases, and its pages by name."""

    events: int
    courses: int
    subject: Subject
    versions: Versions
    cases: dict[str, Case]

    def uncached(self, name: str) -> float:
        """Milliseconds of this page, computed anew."""
        self.versions.number += 1
        self.cases[name].before()
        return times(1, self.cases[name].ask)[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints both, page by page; 1 where a page of a course or a learner takes more than a fifth longer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages_beside", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="DATA_DIR of the smaller database")
    parser.add_argument("--beside", type=Path, required=True, help="DATA_DIR of the larger one")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args(arguments)
    print(machine())
    collect_seldom()
    with ExitStack() as stack:
        small, large = (stack.enter_context(_side(each)) for each in (chosen.data_dir, chosen.beside))
        if small.subject.course != large.subject.course or small.subject.learner != large.subject.learner:
            print("The two do not hold the same course and learner; the larger is to be made from the smaller.")
            return 2
        for name, side in (("smaller", small), ("larger", large)):
            print(f"{name}: {side.events:,} raw events, {side.subject.rows:,} learner-days, {side.courses} courses")
        print(f"\n{'page':<22}{'smaller p50':>14}{'p95':>8}{'larger p50':>14}{'p95':>8}{'ratio of p50':>14}")
        met = [_row(name, (small, large), chosen.rounds) for name in small.cases]
    return 0 if all(met) else 1


def _row(name: str, sides: tuple[Side, Side], rounds: int) -> bool:
    for side in sides:
        side.uncached(name)
    found: tuple[list[float], list[float]] = [], []
    for round_ in range(rounds):
        for index in (0, 1) if round_ % 2 else (1, 0):
            found[index].append(sides[index].uncached(name))
    small, large = found
    ratio = p50(large) / p50(small)
    figures = "".join(f"{p50(took):>11.1f} ms{p95(took):>5.0f} ms" for took in found)
    print(f"{name:<22}{figures}{ratio:>14.2f}")
    return name.startswith("institution") or ratio <= MOST


@contextmanager
def _side(folder: Path) -> Iterator[Side]:
    database = embedded_database(folder / "database")
    try:
        migrate(database)
        subject = largest_course(database)
        versions = Versions()
        cache = Cache(SimpleCache(threshold=MOST_VALUES, default_timeout=KEPT_SECONDS))
        reader = PageReader(database, cache, lambda: subject.now, versions)
        by_name = {case.name: case for case in cases(reader, subject)}
        events, courses = (_number(database, statement) for statement in _SIZE)
        yield Side(events, courses, subject, versions, by_name)
    finally:
        database.close()


_SIZE = ("SELECT sum(events)::bigint FROM course_days", "SELECT count(*) FROM courses")


def _number(database: Database, statement: str) -> int:
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        return int(connection.exec_driver_sql(statement).scalar_one())


if __name__ == "__main__":
    sys.exit(main())
