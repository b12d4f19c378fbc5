"""The page of rosters with a whole institution's files: `python -m benchmarks.roster_page`.

50,000 people and 500,000 enrolments are sent, and checked by the job as it does it; then each question of the page is
asked through the whole callback: guard, query, drawing, JSON. Yardstick of the same run: the rows that the check has
written down, counted.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from threading import Event as Signal
from time import perf_counter
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from benchmarks.asking import administrator_of_college, body_of, median, tell
from benchmarks.machine import machine
from benchmarks.school import School
from dashapp.components.rosters import CARDS
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.organisations import NewSource, register_source
from dashapp.data.store.rosters.runs import Wanted, start_run
from dashapp.data.store.rosters.sources import find_roster_source
from dashapp.data.store.uploads import add_upload
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import system_clock
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.roster_runs import RunFile, RunTask
from dashapp.domain.uploads import KEPT, Purpose, Upload
from dashapp.jobs.roster_runs import RosterWork
from dashapp.security.sessions import COOKIE
from dashapp.settings import Settings, load_settings
from dashapp.web.application import create_app
from dashapp.web.serve import collect_seldom

TARGET = 300.0
"""Milliseconds, of every question."""
QUESTIONS: dict[str, dict[str, str]] = {
    "the page as it is opened": {},
    "people that are added, the first page": {"part": "added", "thing": "person"},
    "enrolments that are added, the last page": {"part": "added", "thing": "enrolment", "page-number": "40"},
    "everything that is added, page 80": {"part": "added", "page-number": "80"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where one of them is over its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster_page", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--enrolments", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="roster-page-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            school = School(chosen.people, chosen.enrolments)
            return _measure(database, Path(folder), school, chosen.rounds)
        finally:
            database.close()


def _measure(database: Database, folder: Path, school: School, rounds: int) -> int:
    organisation, administrator = administrator_of_college(database)
    url = database.url.render_as_string(hide_password=False)
    settings = load_settings(_env_file=None, database_url=url, demo=False, ingest_thread=False, data_dir=folder / "var")
    _send(database, organisation, school.write(folder / "roster.zip"), settings)
    print(machine())
    begun = perf_counter()
    RosterWork(settings, database, system_clock).run(Signal())
    print(
        f"the job checks {school.people:,} people and {school.enrolments:,} enrolments: {perf_counter() - begun:.1f} s"
    )
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        counted = text("SELECT count(*) FROM roster_run_rows WHERE organisation_id = :organisation")
        rows = connection.execute(counted, {"organisation": organisation}).scalar_one()
        took = median(lambda: connection.execute(counted, {"organisation": organisation}).all(), rounds)
    print(f"yardstick, a count of the {rows:,} rows that it has written down: {took:.1f} ms")
    return _callbacks(database, settings, (organisation, administrator), rounds)


def _send(database: Database, organisation: OrganisationId, path: Path, settings: Settings) -> None:
    """The archive has arrived, and its check has been asked for."""
    key, now, folder = uuid4(), datetime.now(UTC), UploadFolder.below(settings.data_dir)
    public_id = own_address(database, organisation)
    folder.make(public_id)
    copyfile(path, folder.file(public_id, key))
    size, digest = path.stat().st_size, sha256(path.read_bytes()).hexdigest()
    upload = Upload(key, path.name, size, digest, Purpose.ROSTER, "benchmark", now, now + KEPT)
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        new = NewSource("sis", "https://sis.example", frozenset({Topic.USER}))
        register_source(connection, organisation, new)
        source = find_roster_source(connection, organisation, "sis").source_id
        add_upload(connection, organisation, upload)
        files = (RunFile(key, path.name),)
        start_run(connection, organisation, Wanted(source, RunTask.CHECK, "benchmark", now, files))


def _callbacks(database: Database, settings: Settings, known: tuple[OrganisationId, PublicId], rounds: int) -> int:
    organisation, administrator = known
    application = create_app(settings, database=database, demo_people=lambda _database: [])
    try:
        client = application.server.test_client()
        client.set_cookie(COOKIE, application.guard.sessions.issue(organisation, administrator))
        collect_seldom()
        address = {"id": str(own_address(database, organisation)), "embedded": False}
        failed = 0
        for what, given in QUESTIONS.items():
            values = {f"rosters-{name}": value for name, value in given.items()}
            given_now = {**values, "rosters-source": "sis", "shell-address": address}
            body = body_of(application, "rosters-page.", given_now, CARDS)

            def ask(body: dict[str, Any] = body) -> None:
                answer = client.post("/_dash-update-component", json=body)
                assert answer.status_code == 200, answer.status_code
                assert "la-roster-rows" in answer.get_data(as_text=True)

            failed += tell(what, median(ask, rounds), TARGET)
        return 1 if failed else 0
    finally:
        application.close()


if __name__ == "__main__":
    sys.exit(main())
