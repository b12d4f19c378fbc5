"""An administrator at the page of rosters, for tests."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dashapp.components import roster_settings
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.organisations import NewSource, register_source
from dashapp.data.store.rosters.runs import last_run
from dashapp.data.store.rosters.sources import find_roster_source
from dashapp.data.store.uploads import add_upload
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import system_clock
from dashapp.domain.events import Topic
from dashapp.domain.roster_runs import RosterRun
from dashapp.domain.rosters import RosterSettings
from dashapp.domain.uploads import KEPT, Purpose, Upload
from dashapp.jobs.roster_runs import RosterWork
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.ingest.roster.archives import school, texts, write_zip
from tests.served import Visitor, address, application_on, web_settings

SAID, SHOWN = "rosters-said", "rosters-page"


@dataclass(slots=True)
class Desk:
    """An administrator at the page, with a sender of this test's own."""

    application: Application
    campus: Campus
    visitor: Visitor
    folder: Path
    name: str
    sent: list[dict[str, str]] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.application.services.database

    @property
    def organisation(self) -> UUID:
        return own_address(self.database, self.campus.organisation_id)

    def send(self, *paths: Path) -> None:
        """Files have arrived, as by the route for them."""
        uploads, now = UploadFolder.below(self.application.services.settings.data_dir), system_clock()
        uploads.make(self.organisation)
        self.sent = []
        for path in paths:
            content, key = path.read_bytes(), uuid4()
            uploads.file(self.organisation, key).write_bytes(content)
            digest = sha256(content).hexdigest()
            upload = Upload(key, path.name, len(content), digest, Purpose.ROSTER, "x", now, now + KEPT)
            with self.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
                add_upload(connection, self.campus.organisation_id, upload)
            self.sent.append({"key": str(key), "name": path.name})

    def send_school(self, files: Mapping[str, Any] | None = None) -> None:
        """A zip file of OneRoster."""
        files = files or school()
        for row in files["academicSessions"]:
            row["endDate"] = "2099-08-01"  # what ends with its course is no surprise
        self.send(write_zip(self.folder / "roster.zip", texts(files)))

    def press(self, button: str, row: object = None, **held: object) -> str:
        """Presses a button; what is said then."""
        values = {
            "rosters-source.value": self.name,
            "rosters-sent.data": self.sent,
            "rosters-run.data": held.get("run", str(self.run.key) if self.last else None),
            "rosters-endings.value": held.get("endings", []),
            "rosters-conflicts.value": held.get("conflicts", []),
            **{f"rosters-set-{name}.value": value for name, value in self.form(**held).items()},
        }
        if row is None:
            changed = f"rosters-{button}.n_clicks"
            values[changed] = 1
        else:
            changed = f"{json.dumps({'row': str(row), 'type': f'rosters-{button}'}, separators=(',', ':'))}.n_clicks"
            values[f"rosters-{button}"] = {str(row): 1}
        answer = self.visitor.ask(SAID, values, changedPropIds=[changed])
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return str(answer.get_json()["response"][SAID]["children"])

    def form(self, **held: object) -> dict[str, object]:
        """The settings, as the form shows them, with some of them changed."""
        given: dict[str, object] = dict(roster_settings.values_of(self.settings))
        return {name: held.get(name.replace("-", "_"), given[name]) for name in roster_settings.CONTROLS}

    @property
    def settings(self) -> RosterSettings:
        with self.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            return find_roster_source(connection, self.campus.organisation_id, self.name).settings

    def work(self, later: timedelta = timedelta(0)) -> None:
        """The job comes by."""
        settings = self.application.services.settings
        RosterWork(settings, self.database, lambda: system_clock() + later).run(Signal())

    @property
    def last(self) -> RosterRun | None:
        with self.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            source = find_roster_source(connection, self.campus.organisation_id, self.name)
            return last_run(connection, self.campus.organisation_id, source.source_id)

    @property
    def run(self) -> RosterRun:
        assert self.last is not None
        return self.last

    def shown(self, **choice: str) -> str:
        """The page as JSON."""
        values = {**address(str(self.organisation)), "rosters-source.value": self.name}
        values |= {f"rosters-{name}.value": value for name, value in choice.items()}
        answer = self.visitor.ask(f"{SHOWN}.className", values)
        assert answer.status_code == 200
        return str(answer.get_data(as_text=True))

    def check(self) -> RosterRun:
        self.press("check")
        self.work()
        return self.run

    def apply(self, **held: object) -> RosterRun:
        self.press("apply", **held)
        self.work()
        return self.run

    def roles(self) -> int:
        """Enrolments in force by this sender."""
        with self.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            source = find_roster_source(connection, self.campus.organisation_id, self.name)
            return int(
                connection.execute(
                    text("SELECT count(*) FROM roster_enrolments WHERE source_id = :source AND ends_at IS NULL"),
                    {"source": source.source_id},
                ).scalar_one()
            )


@pytest.fixture(scope="module")
def own(module_database: Database) -> Campus:
    return build_campus(web_settings(module_database), module_database)


@pytest.fixture(scope="module")
def application(own: Campus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application_on(own.database, own, data_dir=tmp_path_factory.mktemp("var")) as made:
        yield made


@pytest.fixture
def desk(application: Application, own: Campus, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    name = f"sis-{uuid4().hex[:8]}"
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        new = NewSource(name, f"https://{name}.example", frozenset({Topic.USER}))
        register_source(connection, own.organisation_id, new)
    visitor = Visitor(application.server.test_client(), application).sign_in(own, ADMINISTRATOR)
    return Desk(application, own, visitor, tmp_path, name)
