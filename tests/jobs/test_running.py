"""One process leads and runs the jobs; when it dies another does. As an operator runs them: real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Signal

import httpx
import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.job_status import JobState, read_jobs
from dashapp.domain.audit import Action
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.jobs.registry import Job
from dashapp.jobs.running import JobRunner
from dashapp.observability.job_metrics import JobGauges
from tests.data.conftest import make_organisation
from tests.servers import free_port
from tests.shared import REPOSITORY

WITHIN = 60.0
"""Seconds that a busy machine may need."""

JOBS = {"audit_sealing", "quality_alerts", "rosters", "roster_files", "retention", "ended_sessions"} | {
    "exports",
    "report_exports",
    "extracts",
    "histories",
    "deletions",
    "uploads",
    "roster_work",
    "messages",
    "message_snapshots",
    "message_texts",
    "received_reports",
    "schedule_alerts",
    "schedules",
    "deleted_reports",
}


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def states(database: Database) -> dict[str, JobState]:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        return {job.name: job for job in read_jobs(connection)}


class Process:
    """`python -m dashapp.jobs`; what it logs stands in `log`."""

    def __init__(self, database: Database, folder: Path, *arguments: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "jobs.log"
        environment = {
            **os.environ,
            "DATABASE_URL": database.url.render_as_string(hide_password=False),
            "DATA_DIR": str(folder.parent / "var"),
            "DEMO": "false",
        }
        command = [sys.executable, "-m", "dashapp.jobs", *arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=log)

    def says(self, words: str) -> bool:
        return words in self.log.read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(WITHIN)


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts a process; what still runs at the end is killed."""
    started: list[Process] = []

    def run(*arguments: str) -> Process:
        process = Process(database, tmp_path / str(len(started)), *arguments)
        started.append(process)
        return process

    yield run
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)


def unsealed(database: Database) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        found = connection.execute(
            text("SELECT count(*) FROM audit_log WHERE audit_id NOT IN (SELECT audit_id FROM audit_seals)")
        )
        return int(found.scalar_one())


def add_row(database: Database, organisation: OrganisationId) -> None:
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        audit.record(connection, organisation, "somebody", Action.LOOKED, {"subject": "dead letter 1"})


def test_the_leader_is_killed_and_the_other_takes_over(database: Database, start: Callable[..., Process]) -> None:
    organisation = make_organisation(database, "north")
    add_row(database, organisation)
    port = free_port()
    first = start("--metrics-port", str(port))
    wait_until(lambda: first.says("jobs.leading"), "the first one leads")
    second = start()
    wait_until(lambda: second.says("jobs.started"), "the second one runs")
    wait_until(lambda: unsealed(database) == 0, "the first one seals")
    wait_until(lambda: set(states(database)) == JOBS, "every job has run once")
    figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert "analytics_jobs_leading 1.0" in figures
    assert 'analytics_job_runs{job="audit_sealing"}' in figures
    assert not second.says("jobs.leading")
    add_row(database, organisation)

    first.end(signal.SIGKILL)

    wait_until(lambda: second.says("jobs.leading"), "the second one leads")
    wait_until(lambda: unsealed(database) == 0, "the second one seals")
    assert second.end() == 0
    assert second.says("jobs.ended")
    assert not second.says("Traceback")


@pytest.mark.long
def test_a_leader_that_is_asked_to_end_gives_the_lead_back(database: Database, start: Callable[..., Process]) -> None:
    first = start()
    wait_until(lambda: first.says("jobs.leading"), "the first one leads")

    assert first.end(signal.SIGINT) == 0

    second = start()
    wait_until(lambda: second.says("jobs.leading"), "the second one leads")
    assert second.end() == 0


def gauges() -> JobGauges:
    return JobGauges(CollectorRegistry())


def test_a_job_that_fails_is_told_of_and_runs_again(database: Database) -> None:
    well = Signal()
    runs: list[int] = []

    def run(_stopping: Signal) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise Unavailable("away")
        if len(runs) == 2:
            raise ValueError("a mistake")
        well.set()

    runner = JobRunner(database, (Job("sometimes", 0.05, run),), gauges())
    runner.start()
    try:
        assert well.wait(WITHIN)
        wait_until(lambda: states(database)["sometimes"].trouble is None, "the good run is told of")
    finally:
        assert runner.stop(WITHIN)

    state = states(database)["sometimes"]
    assert (state.failures, state.word) == (2, "ok")
    assert state.runs >= 3
    assert state.succeeded_at is not None


def test_the_end_waits_for_the_job_that_runs(database: Database) -> None:
    begun, ended = Signal(), Signal()

    def run(stopping: Signal) -> None:
        begun.set()
        assert stopping.wait(WITHIN)
        ended.set()

    runner = JobRunner(database, (Job("long", 60, run),), gauges())
    runner.start()
    assert begun.wait(WITHIN)

    assert runner.stop(WITHIN)
    assert ended.is_set()


def test_two_runners_never_run_jobs_at_the_same_time_while_both_are_well(database: Database) -> None:
    leading: list[str] = []

    def job_of(name: str) -> Job:
        return Job("same", 0.02, lambda _stopping: leading.append(name))

    runners = [JobRunner(database, (job_of(name),), gauges()) for name in ("first", "second")]
    runners[0].start()
    wait_until(lambda: len(leading) > 3, "the first one runs")
    runners[1].start()
    wait_until(lambda: len(leading) > 20, "jobs went on")
    assert set(leading) == {"first"}

    assert runners[0].stop(WITHIN)
    wait_until(lambda: leading[-1] == "second", "the second one runs")
    assert runners[1].stop(WITHIN)


def test_a_leader_whose_session_is_ended_by_the_database_stops_and_somebody_leads_again(database: Database) -> None:
    runs: list[float] = []
    runner = JobRunner(database, (Job("often", 0.05, lambda _stopping: runs.append(time.monotonic())),), gauges())
    runner.start()
    try:
        wait_until(lambda: len(runs) > 1, "it leads")
        with database.administration() as connection:
            ended = connection.execute(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND objid = 7311005 AND granted"
                )
            ).scalar_one()
        assert ended >= 1
        before = len(runs)
        wait_until(lambda: len(runs) > before + 5, "it leads again")
    finally:
        assert runner.stop(WITHIN)


def test_without_a_database_it_waits_and_still_ends(database: Database) -> None:
    unreachable = Database(database.url.set(host="127.0.0.1", port=free_port()))
    runner = JobRunner(unreachable, (Job("never", 1, lambda _stopping: None),), gauges())
    runner.start()

    assert runner.stop(WITHIN)
