"""Every page of the administration with 50,000 people and 2,000 courses: `python -m benchmarks.administration`.

Each page is asked for as the browser asks: guard, query, drawing, JSON. Yardstick of the run: a scan of the people.
The pages about people have more questions of their own (`benchmarks.people`), and so has that of rosters.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from benchmarks.asking import administrator_of_college, body_of, median, tell
from benchmarks.large_directory import write_large_directory
from benchmarks.machine import machine
from benchmarks.people import PAGE_TARGET, SEARCH_TARGET, YARDSTICK
from dashapp.components import (
    administration,
    connections,
    course_list,
    history,
    leaving,
    letters,
    people,
    platforms,
    quality,
    rosters,
    sign_in,
    terms,
    units,
    visibility,
)
from dashapp.components import audit as audit_page
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.queries.organisations import own_address
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.security.sessions import COOKIE
from dashapp.settings import load_settings
from dashapp.web.application import create_app
from dashapp.web.serve import collect_seldom

PAGES: Final = (
    *(administration, connections, rosters, history, platforms, quality, letters, visibility, terms, units),
    *(course_list, people, sign_in, leaving, audit_page),
)
LISTS: Final[dict[str, tuple[float, dict[str, object]]]] = {
    "courses, the last page": (PAGE_TARGET, {"page-number": "40"}),
    "courses of a term": (PAGE_TARGET, {"term": "1"}),
    "courses known from events only": (PAGE_TARGET, {"known": "events"}),
    "courses, search of two letters": (SEARCH_TARGET, {"search": "co"}),
    "courses, search of one": (SEARCH_TARGET, {"search": "course 1999"}),
    "courses, search that finds none": (SEARCH_TARGET, {"search": "nothing of this name"}),
}
COURSE: Final = (
    "SELECT public_id FROM courses WHERE organisation_id = :organisation ORDER BY course_id OFFSET 900 LIMIT 1"
)
STRUCTURE: Final = (
    """INSERT INTO terms (organisation_id, name, teaching_starts, teaching_ends) SELECT :organisation, 'Term ' || n,
        CURRENT_DATE - 200 * n, CURRENT_DATE - 200 * n + 100 FROM generate_series(0, 9) n""",
    "INSERT INTO organisation_units (organisation_id, name) SELECT :organisation, 'Unit ' || n"
    " FROM generate_series(0, 99) n",
    """UPDATE organisation_units u SET parent_id = (SELECT min(organisation_unit_id) FROM organisation_units o
        WHERE o.organisation_id = :organisation) + (u.organisation_unit_id % 10) WHERE organisation_id = :organisation
        AND u.name ~ '^Unit [1-9][0-9]$'""",
    """UPDATE courses c SET term_id = (SELECT min(term_id) FROM terms t WHERE t.organisation_id = :organisation)
            + c.course_id % 10,
        organisation_unit_id = (SELECT min(organisation_unit_id) FROM organisation_units o
            WHERE o.organisation_id = :organisation) + c.course_id % 100
    WHERE organisation_id = :organisation""",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where one of them is over its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.administration", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="administration-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return 1 if _measure(database, chosen.rounds) else 0
        finally:
            database.close()


def _measure(database: Database, rounds: int) -> int:
    organisation, administrator = administrator_of_college(database)
    values = {"organisation": organisation}
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        write_large_directory(connection, organisation)
        for statement in STRUCTURE:
            connection.execute(text(statement), values)
    with database.administration() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    print(machine())
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        yardstick = median(lambda: connection.execute(text(YARDSTICK), values).all(), rounds)
        course = str(connection.execute(text(COURSE), values).scalar_one())
    print(f"yardstick, a scan of the people and their names: {yardstick:.1f} ms")
    return _pages(database, (organisation, administrator, course), rounds)


def _pages(database: Database, known: tuple[OrganisationId, PublicId, str], rounds: int) -> int:
    organisation, administrator, course = known
    url = database.url.render_as_string(hide_password=False)
    settings = load_settings(_env_file=None, database_url=url, demo=False, ingest_thread=False)
    application = create_app(settings, database=database, demo_people=lambda _database: [])
    cards = {f"{page.PAGE}-page": page.CARDS for page in PAGES}
    asked: list[tuple[str, float, str, dict[str, object]]] = [
        (f"page {page.PAGE}", PAGE_TARGET, f"{page.PAGE}-page", {}) for page in PAGES
    ]
    for what, (target, given) in LISTS.items():
        values = {f"course-list-{name}": value for name, value in given.items()}
        asked.append((what, target, "course-list-page", values))
    asked.append(("a course, opened", PAGE_TARGET, "course-opened", {"course-opened-course": course}))
    try:
        client = application.server.test_client()
        client.set_cookie(COOKIE, application.guard.sessions.issue(organisation, administrator))
        collect_seldom()
        address = {"id": str(own_address(database, organisation)), "embedded": False}
        failed = 0
        for what, target, output, values in asked:
            body = body_of(application, output, {**values, "shell-address": address}, cards.get(output, ()))

            def ask(body: dict[str, Any] = body, what: str = what) -> None:
                answer = client.post("/_dash-update-component", json=body)
                assert answer.status_code == 200, (what, answer.status_code)

            failed += tell(what, median(ask, rounds), target)
        return failed
    finally:
        application.close()


if __name__ == "__main__":
    sys.exit(main())
