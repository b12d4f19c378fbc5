"""The pages about people with 50,000 of them: `python -m benchmarks.people`.

Each question is asked as its callback asks it, then through the whole callback: guard, query, drawing, JSON. Yardstick
of the same run: one scan of the rows that a search goes through, counted.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.asking import administrator_of_college, body_of, median, tell
from benchmarks.large_directory import write_large_directory
from benchmarks.machine import machine
from dashapp.components.people import CARDS
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.people_list import find_by_words, find_courses, read_people
from dashapp.data.queries.person import read_person
from dashapp.data.store.merge_previews import preview_merge
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.people import PeopleFilters
from dashapp.domain.views import Freshness
from dashapp.security.sessions import COOKIE
from dashapp.settings import load_settings
from dashapp.web.application import create_app
from dashapp.web.serve import collect_seldom

PAGE_TARGET, SEARCH_TARGET = 300.0, 150.0
"""Milliseconds."""
YARDSTICK = """SELECT (SELECT count(*) FROM people WHERE organisation_id = :organisation AND merged_into IS NULL)
    + (SELECT count(value) FROM person_identifiers WHERE organisation_id = :organisation)"""
LISTS: dict[str, tuple[float, dict[str, object]]] = {
    "everybody, the first page": (PAGE_TARGET, {}),
    "everybody, the last page": (PAGE_TARGET, {"page": "1000"}),
    "role learner (nearly everybody)": (PAGE_TARGET, {"role": "learner"}),
    "role teacher": (PAGE_TARGET, {"role": "teacher"}),
    "known from events only": (PAGE_TARGET, {"state": "events"}),
    "search of two letters": (SEARCH_TARGET, {"search": "an"}),
    "search of two words": (SEARCH_TARGET, {"search": "muller emile"}),
    "search of a sender's name": (SEARCH_TARGET, {"search": "u10417"}),
    "search that finds nobody": (SEARCH_TARGET, {"search": "nobody of this name"}),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where one of them is over its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="people-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return _measure(database, chosen.rounds)
        finally:
            database.close()


def _measure(database: Database, rounds: int) -> int:
    organisation, administrator = administrator_of_college(database)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        write_large_directory(connection, organisation)
    with database.administration() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    print(machine())
    failed = _queries(database, organisation, rounds)
    return 1 if _callbacks(database, (organisation, administrator), rounds) + failed else 0


def _queries(database: Database, organisation: OrganisationId, rounds: int) -> int:
    now, fresh = datetime.now(UTC), Freshness(datetime.now(UTC), 0.0)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        row = connection.execute(text("SELECT person_id, public_id FROM people ORDER BY person_id OFFSET 500 LIMIT 2"))
        (one, public_id), (other, _) = [tuple(each) for each in row]

        def took(target: float, what: str, ask: Callable[[], object]) -> int:
            return tell(what, median(ask, rounds), target)

        yardstick = median(lambda: connection.execute(text(YARDSTICK), {"organisation": organisation}).all(), rounds)
        print(f"yardstick, a scan of the people and their names: {yardstick:.1f} ms")
        failed = 0
        for what, (target, given) in LISTS.items():
            filters = PeopleFilters.parse(given)
            failed += took(target, what, lambda f=filters: read_people(connection, organisation, f, fresh))  # type: ignore[misc]  # bound in the loop
        failed += took(SEARCH_TARGET, "whom to merge", lambda: find_by_words(connection, organisation, "brown"))
        failed += took(SEARCH_TARGET, "which course", lambda: find_courses(connection, organisation, "course 19"))
        failed += took(PAGE_TARGET, "an entry", lambda: read_person(connection, organisation, public_id, now, fresh))
        pair = PersonId(one), PersonId(other)
        return failed + took(
            PAGE_TARGET, "preview of a merge", lambda: preview_merge(connection, organisation, *pair, now)
        )


def _callbacks(database: Database, known: tuple[OrganisationId, PublicId], rounds: int) -> int:
    organisation, administrator = known
    url = database.url.render_as_string(hide_password=False)
    settings = load_settings(_env_file=None, database_url=url, demo=False, ingest_thread=False)
    application = create_app(settings, database=database, demo_people=lambda _database: [])
    try:
        client = application.server.test_client()
        client.set_cookie(COOKIE, application.guard.sessions.issue(organisation, administrator))
        collect_seldom()
        address = {"id": str(own_address(database, organisation)), "embedded": False}
        failed = 0
        for what, (target, given) in LISTS.items():
            values = {f"people-{'page-number' if name == 'page' else name}": value for name, value in given.items()}
            body = body_of(application, "people-page", {**values, "shell-address": address}, CARDS)

            def ask(body: dict[str, Any] = body) -> None:
                answer = client.post("/_dash-update-component", json=body)
                assert answer.status_code == 200, answer.status_code
                assert "people-rows" in answer.get_json()["response"]

            failed += tell(f"callback: {what}", median(ask, rounds), target)
        return failed
    finally:
        application.close()


if __name__ == "__main__":
    sys.exit(main())
