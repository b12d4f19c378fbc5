"""A file of a report: asked for, made by a job, kept for a while, given to who asked and to nobody else."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any, ClassVar
from uuid import UUID

import httpx
import orjson
import pytest
from sqlalchemy import text

from dashapp.data.cache import build_cache
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.report_reader import ReportReader
from dashapp.data.store.export_runs import (
    MOST_ATTEMPTS,
    MOST_OPEN,
    SILENT,
    MadeFile,
    TakenRun,
    ask_for_export,
    beat,
    cancel_run,
    fail_run,
    find_run,
    finish_run,
    list_runs,
    put_back,
    take_run,
)
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import Chart, Data, Report
from dashapp.domain.reports.exports import ExportFormat, ExportRun, ExportState, Trouble
from dashapp.domain.reports.periods import Grain, Moving, Unit
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.jobs.exports import _Unversioned
from dashapp.security.principals import Principals
from dashapp.security.sessions import COOKIE
from dashapp.web.application import Application
from exports.beating import Heart
from exports.making import Made
from exports.pictures import Pictures
from exports.report_maker import ReportMaker
from exports.serving import KEPT, Exporter, Maker
from tests.campus import ADMINISTRATOR, TEACHERS, Campus, build_campus
from tests.exports.reports import identified
from tests.served import application_on, serving, web_settings

TEACHER, OTHER_TEACHER = TEACHERS["algebra"], TEACHERS["botany"]
ACTIVE = Question(
    measures=("active_learners",), grain=Grain.WEEK, split=Dimension.COURSE, period=Moving(count=6, unit=Unit.WEEK)
)
REPORT = Report(title="Who was active", blocks=(Data(id=identified(1), chart=Chart.LINE, question=ACTIVE),))


@dataclass(slots=True)
class Office:
    """The app behind a real server, the job beside it, and a clock that can be put forward."""

    application: Application
    campus: Campus
    base: str
    folder: ExportFolder
    pictures: Pictures
    passed: timedelta = timedelta(0)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.passed

    @property
    def database(self) -> Database:
        return self.application.services.database

    def principal(self, name: str) -> Principal:
        found = Principals(self.database, self.clock).of(
            self.campus.organisation_id, self.campus.people[name].public_id
        )
        assert found is not None
        return found

    def maker(self) -> ReportMaker:
        cache = build_cache(self.application.services.settings)
        reader = ReportReader(self.database, cache, _Unversioned(self.clock), role=DatabaseRole.JOBS)
        return ReportMaker(self.database, reader, self.clock, self.pictures)

    def ask(self, name: str, form: ExportFormat, report: Report = REPORT) -> UUID:
        with self.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            asked = ask_for_export(connection, self.principal(name), report, form, self.clock())
        assert asked is not None
        return asked

    def work(self, maker: Maker | None = None, stopping: Signal | None = None) -> None:
        exporter = Exporter(self.database, self.folder, self.clock, maker or self.maker())
        exporter.serve(self.campus.organisation_id, stopping or Signal())

    def run(self, name: str, export: UUID) -> ExportRun:
        with self.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            found = find_run(connection, self.campus.organisation_id, self.principal(name).person_id, export)
        assert found is not None
        return found[0]

    def get(self, name: str | None, path: str, **headers: str) -> httpx.Response:
        if name is not None:
            sessions, people = self.application.guard.sessions, self.campus.people
            session = sessions.issue(self.campus.organisation_id, people[name].public_id)
            headers["Cookie"] = f"{self.application.guard.cookie(COOKIE)}={session}"
        return httpx.get(f"{self.base}/exports/{path}", headers=headers, timeout=60)

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.root.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def office(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    campus = build_campus(web_settings(module_database), module_database)
    data_dir = tmp_path_factory.mktemp("var")
    with (
        application_on(module_database, campus, data_dir=data_dir) as application,
        serving(application) as base,
        Pictures() as pictures,
    ):
        yield Office(application, campus, base, ExportFolder.of_reports(data_dir), pictures)


@pytest.fixture(autouse=True)
def afresh(office: Office) -> Iterator[None]:
    """Each test begins without runs and files, and at the present time."""
    yield
    office.passed = timedelta(0)
    with office.database.transaction(DatabaseRole.JOBS, office.campus.organisation_id) as connection:
        connection.execute(text("DELETE FROM export_runs"))
    for path in office.files():
        path.unlink()


def test_a_file_is_asked_for_made_and_downloaded_by_who_asked_alone(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.PDF)
    assert office.run(TEACHER, export).state is ExportState.QUEUED
    assert office.get(TEACHER, str(export)).status_code == 404
    office.work()
    run = office.run(TEACHER, export)
    assert (run.state, run.trouble, run.steps_done, run.steps) == (ExportState.DONE, None, 1, 1)
    got = office.get(TEACHER, str(export))
    assert got.status_code == 200
    assert got.content.startswith(b"%PDF-")
    assert len(got.content) == run.bytes == int(got.headers["Content-Length"])
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].endswith('-who-was-active.pdf"')
    for stranger in (OTHER_TEACHER, ADMINISTRATOR, None):
        assert office.get(stranger, str(export)).status_code == 404
        assert office.get(stranger, f"{export}/manifest.json").status_code == 404
    manifest = office.get(TEACHER, f"{export}/manifest.json").json()
    assert manifest["files"][0]["sha256"] == run.sha256
    assert manifest["tables"][0]["rows"] == run.rows
    with office.database.transaction(DatabaseRole.JOBS, office.campus.organisation_id) as connection:
        told = connection.execute(text("SELECT action FROM audit_log WHERE action LIKE 'report.%' ORDER BY audit_id"))
        assert list(told.scalars()) == ["report.exported", "report.downloaded"]


def test_a_download_goes_on_where_it_broke_off(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.XLSX)
    office.work()
    whole = office.get(TEACHER, str(export))
    version = whole.headers["ETag"]
    rest = office.get(TEACHER, str(export), Range="bytes=100-", **{"If-Range": version})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(whole.content) - 1}/{len(whole.content)}"
    middle = office.get(TEACHER, str(export), Range="bytes=10-19")
    assert (middle.status_code, middle.content) == (206, whole.content[10:20])
    last = office.get(TEACHER, str(export), Range="bytes=-7")
    assert (last.status_code, last.content) == (206, whole.content[-7:])
    other = office.get(TEACHER, str(export), Range="bytes=100-", **{"If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, whole.content)
    with office.database.transaction(DatabaseRole.JOBS, office.campus.organisation_id) as connection:
        told = connection.execute(text("SELECT count(*) FROM audit_log WHERE action = 'report.downloaded'"))
        assert told.scalar_one() >= 5  # each time, however much of it was asked for
    assert office.get(TEACHER, str(export), Range=f"bytes={len(whole.content)}-").status_code == 416
    several = office.get(TEACHER, str(export), Range="bytes=0-1,5-6")
    assert (several.status_code, several.content) == (200, whole.content)


def test_one_report_shows_each_their_own_classes(office: Office) -> None:
    seen = {}
    for name in (TEACHER, OTHER_TEACHER, ADMINISTRATOR):
        export = office.ask(name, ExportFormat.JSON)
        office.work()
        (table,) = orjson.loads(office.get(name, str(export)).content)["tables"]
        seen[name] = {row["course"] for row in table["rows"]}
    assert all("ALG 1" in course for course in seen[TEACHER])
    assert all("BOT 1" in course for course in seen[OTHER_TEACHER])
    assert seen[TEACHER]
    assert seen[OTHER_TEACHER]
    # Botany has fewer learners than an administrator may see figures of.
    assert not any("BOT 1" in course for course in seen[ADMINISTRATOR])


def test_who_asked_as_no_administrator_gets_no_administrators_figures(office: Office) -> None:
    """A way of signing in that does not vouch for administrators cannot be gone round by a file."""
    own = office.campus.organisation_id
    principal = office.principal(ADMINISTRATOR)
    with office.database.transaction(DatabaseRole.JOBS, own) as connection:
        export = ask_for_export(connection, _plain(principal), REPORT, ExportFormat.CSV, office.clock())
    office.work()
    assert export is not None
    run = office.run(ADMINISTRATOR, export)
    assert (run.state, run.trouble) == (ExportState.FAILED, Trouble.RIGHTS)


def _plain(principal: Principal) -> Principal:
    return Principal(principal.organisation_id, principal.person_id, principal.public_id, principal.name)


def test_who_may_see_nothing_gets_a_run_that_failed_and_says_why(office: Office) -> None:
    export = office.ask("Ada Abel", ExportFormat.CSV)
    office.work()
    run = office.run("Ada Abel", export)
    assert (run.state, run.trouble, office.files()) == (ExportState.FAILED, Trouble.RIGHTS, [])


@dataclass(slots=True)
class Interrupted:
    """Makes a file, and has something happen in the middle."""

    office: Office
    happens: Any
    extracts: ClassVar[bool] = False
    made: list[UUID] = field(default_factory=list)

    def make(self, principal: Principal, run: TakenRun, where: Path, heart: Heart) -> Made:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(b"half")
        self.made.append(run.public_id)
        self.happens(run)
        heart.step(1, 1)
        return self.office.maker().make(principal, run, where, heart)


def test_a_run_that_is_cancelled_in_the_middle_leaves_no_file(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.CSV)

    def cancel(_run: TakenRun) -> None:
        own = office.campus.organisation_id
        with office.database.transaction(DatabaseRole.JOBS, own) as connection:
            assert not cancel_run(connection, own, office.principal(OTHER_TEACHER).person_id, export, office.clock())
            assert cancel_run(connection, own, office.principal(TEACHER).person_id, export, office.clock())

    office.work(Interrupted(office, cancel))
    assert (office.run(TEACHER, export).state, office.files()) == (ExportState.CANCELLED, [])


def test_a_process_that_ends_gives_its_run_back(office: Office) -> None:
    export, stopping = office.ask(TEACHER, ExportFormat.CSV), Signal()
    office.work(Interrupted(office, lambda _run: stopping.set()), stopping)
    assert (office.run(TEACHER, export).state, office.files()) == (ExportState.QUEUED, [])
    office.work()
    assert office.run(TEACHER, export).state is ExportState.DONE


def test_a_run_whose_process_was_killed_is_taken_up_again_and_given_up_in_the_end(office: Office) -> None:
    export, own = office.ask(TEACHER, ExportFormat.CSV), office.campus.organisation_id

    def take() -> TakenRun | None:
        with office.database.transaction(DatabaseRole.JOBS, own) as connection:
            return take_run(connection, own, office.clock(), extracts=False)

    for _attempt in range(MOST_ATTEMPTS - 1):
        assert take() is not None  # by a process that is never heard of again
        assert take() is None  # its lease still holds
        office.passed += SILENT + timedelta(seconds=1)
    office.work()
    assert office.run(TEACHER, export).state is ExportState.DONE
    hopeless = office.ask(TEACHER, ExportFormat.CSV)
    for _attempt in range(MOST_ATTEMPTS):
        assert take() is not None
        office.passed += SILENT + timedelta(seconds=1)
    office.work()
    run = office.run(TEACHER, hopeless)
    assert (run.state, run.trouble) == (ExportState.FAILED, Trouble.STOPPED)


def test_a_maker_that_lost_its_run_to_another_one_changes_nothing_of_it(office: Office) -> None:
    """It comes back from a long sleep while the other one is at work."""
    export, own = office.ask(TEACHER, ExportFormat.CSV), office.campus.organisation_id
    held = []
    for _process in range(2):
        with office.database.transaction(DatabaseRole.JOBS, own) as connection:
            held.append(take_run(connection, own, office.clock(), extracts=False))
        office.passed += SILENT + timedelta(seconds=1)
    lost, present = held
    assert lost is not None
    assert present is not None
    with office.database.transaction(DatabaseRole.JOBS, own) as connection:
        assert not beat(connection, lost.turn, office.clock(), (1, 2))
        put_back(connection, lost.turn)
        fail_run(connection, lost.turn, Trouble.ERROR, office.clock())
        now = office.clock()
        assert not finish_run(connection, lost.turn, MadeFile("a", "b", 1, 2, "c0ffee", "{}", now, now))
        assert beat(connection, present.turn, now, (3, 4))
    run = office.run(TEACHER, export)
    assert (run.state, run.trouble, run.steps_done, run.steps) == (ExportState.RUNNING, None, 3, 4)


def test_a_maker_that_lost_its_run_to_another_one_finishes_nothing(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.CSV)

    def other(_run: TakenRun) -> None:
        office.passed += SILENT + timedelta(seconds=1)
        office.work()

    office.work(Interrupted(office, other))
    assert office.run(TEACHER, export).state is ExportState.DONE
    (path,) = office.files()
    assert path.stat().st_size == office.run(TEACHER, export).bytes


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_fails_the_run_with_a_word_and_leaves_nothing(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.JSON)
    with no_more_than(200):
        office.work()
    run = office.run(TEACHER, export)
    assert (run.state, run.trouble, office.files()) == (ExportState.FAILED, Trouble.SPACE, [])


def test_an_error_of_ours_fails_its_run_and_the_next_one_is_made_all_the_same(office: Office) -> None:
    def stumble(run: TakenRun) -> None:
        if run.public_id == first:
            raise KeyError("something")

    first, second = office.ask(TEACHER, ExportFormat.CSV), office.ask(TEACHER, ExportFormat.CSV)
    office.work(Interrupted(office, stumble))
    assert office.run(TEACHER, first).trouble is Trouble.ERROR
    assert office.run(TEACHER, second).state is ExportState.DONE


def test_a_file_is_gone_when_its_time_is_over(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.CSV)
    office.work()
    assert office.get(TEACHER, str(export)).status_code == 200
    office.passed = KEPT + timedelta(minutes=1)
    office.work()
    assert (office.run(TEACHER, export).state, office.files()) == (ExportState.EXPIRED, [])
    assert office.get(TEACHER, str(export)).status_code == 404


def test_one_person_has_so_many_under_way_and_sees_their_own_list(office: Office) -> None:
    own = office.campus.organisation_id
    for _each in range(MOST_OPEN):
        office.ask(TEACHER, ExportFormat.CSV)
    with office.database.transaction(DatabaseRole.JOBS, own) as connection:
        more = ask_for_export(connection, office.principal(TEACHER), REPORT, ExportFormat.CSV, office.clock())
        assert more is None
        assert len(list_runs(connection, own, office.principal(TEACHER).person_id)) == MOST_OPEN
        assert list_runs(connection, own, office.principal(OTHER_TEACHER).person_id) == ()
    office.ask(OTHER_TEACHER, ExportFormat.CSV)


def test_a_report_of_which_nothing_can_be_read_any_more_fails_with_a_word(office: Office) -> None:
    export = office.ask(TEACHER, ExportFormat.CSV)
    with office.database.transaction(DatabaseRole.JOBS, office.campus.organisation_id) as connection:
        connection.execute(text("UPDATE export_runs SET document = '{\"version\": 99}'"))
    office.work()
    assert office.run(TEACHER, export).trouble is Trouble.ERROR
