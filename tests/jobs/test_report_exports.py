"""A process that makes a file of a report is killed; another one makes the file. Real processes, a real browser."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.export_runs import ask_for_export, find_run
from dashapp.domain.clock import system_clock
from dashapp.domain.principal import Principal
from dashapp.domain.reports.exports import ExportFormat, ExportRun, ExportState
from dashapp.security.principals import Principals
from tests.campus import TEACHERS, Campus, build_campus
from tests.exports.test_runs import REPORT
from tests.jobs.test_running import Process, wait_until
from tests.served import web_settings


@pytest.fixture
def campus(database: Database) -> Campus:
    return build_campus(web_settings(database), database)


@pytest.fixture
def process(campus: Campus, tmp_path: Path) -> Iterator[list[Process]]:
    running: list[Process] = []
    yield running
    for each in running:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)


@pytest.mark.long
def test_a_file_whose_process_was_killed_in_the_middle_is_made_by_the_next_one(
    campus: Campus, tmp_path: Path, process: list[Process]
) -> None:
    database, own = campus.database, campus.organisation_id
    teacher = Principals(database, system_clock).of(own, campus.people[TEACHERS["algebra"]].public_id)
    assert teacher is not None
    with database.transaction(DatabaseRole.JOBS, own) as connection:
        export = ask_for_export(connection, teacher, REPORT, ExportFormat.PDF, datetime.now(UTC))
    assert export is not None

    def run() -> ExportRun:
        return _run(database, teacher, export)

    process.append(Process(database, tmp_path / "jobs"))
    wait_until(lambda: run().state is ExportState.RUNNING, "the file is being made")
    process[0].end(signal.SIGKILL)
    assert run().state is ExportState.RUNNING
    with database.transaction(DatabaseRole.JOBS, own) as connection:
        # Nobody has heard of it for so long; its own clock cannot be put forward from here.
        connection.execute(text("UPDATE export_runs SET beat_at = beat_at - interval '3 minutes'"))
    process.append(Process(database, tmp_path / "jobs"))
    wait_until(lambda: run().state is ExportState.DONE, "the file is there")
    folder = ExportFolder.of_reports(tmp_path / "var").of(own_address(database, own))
    made = folder / f"{export}.file"
    assert made.stat().st_size == run().bytes
    assert made.read_bytes().startswith(b"%PDF-")
    children = psutil.Process(process[1].process.pid).children(recursive=True)
    assert process[1].end() == 0
    assert psutil.wait_procs(children, timeout=30)[1] == []  # Chromium ends with it


def _run(database: Database, principal: Principal, export: UUID) -> ExportRun:
    with database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
        found = find_run(connection, principal.organisation_id, principal.person_id, export)
    assert found is not None
    return found[0]
