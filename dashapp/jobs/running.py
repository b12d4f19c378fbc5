"""Runs the jobs in this process while it leads: a scheduler, a thread that tries to lead, and what each run tells."""

from contextlib import suppress
from datetime import UTC, datetime
from threading import Condition, Thread
from threading import Event as Signal
from time import monotonic
from typing import Any, Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.job_status import JobRun, note_run, read_jobs
from dashapp.domain.errors import Unavailable
from dashapp.jobs.leading import Leadership
from dashapp.jobs.registry import Job
from dashapp.observability.job_metrics import JobGauges
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

AT_ONCE: Final = 6
"""Jobs; a seventh one waits for a thread. Exports, extracts and a deletion may take hours, and the trail is sealed
meanwhile."""


class JobRunner:
    """The jobs of one process. `start` returns at once, whether or not the database can be reached."""

    def __init__(self, database: Database, jobs: tuple[Job, ...], gauges: JobGauges) -> None:
        """Connects to nothing yet."""
        self._database = database
        self._jobs = jobs
        self._gauges = gauges
        self._stopping = Signal()
        self._busy = 0
        self._idle = Condition()
        self._scheduler: Any = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(AT_ONCE)},
            # A round that was missed is done once, however late: each round does all there is to do.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        leadership = Leadership(database, self._begin, self._cease)
        self._leading = Thread(target=leadership.run, args=(self._stopping,), name="jobs-leading", daemon=True)

    def start(self) -> None:
        """Starts the scheduler, which has nothing to do until this process leads."""
        self._scheduler.start()
        self._leading.start()

    def stop(self, seconds: float = 10.0) -> bool:
        """Ends after the jobs that are running; whether everything ended within the time."""
        deadline = monotonic() + seconds
        self._stopping.set()
        if self._leading.ident is not None:
            self._leading.join(max(0.0, deadline - monotonic()))
            self._scheduler.shutdown(wait=False)
        with self._idle:
            idle = self._idle.wait_for(lambda: self._busy == 0, max(0.0, deadline - monotonic()))
        return idle and not self._leading.is_alive()

    def _begin(self) -> None:
        self._gauges.lead(leading=True)
        for job in self._jobs:
            now = datetime.now(UTC)
            self._scheduler.add_job(
                self._run, "interval", seconds=job.every_seconds, args=[job], id=job.name, next_run_time=now
            )

    def _cease(self) -> None:
        self._gauges.lead(leading=False)
        self._scheduler.remove_all_jobs()

    def _run(self, job: Job) -> None:
        if self._stopping.is_set():
            return
        with self._idle:
            self._busy += 1
        try:
            self._do(job)
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _do(self, job: Job) -> None:
        begun, trouble, counted = monotonic(), None, None
        try:
            counted = job.run(self._stopping)
        except Unavailable as error:
            trouble = type(error).__name__
            log.info("job.waiting", job=job.name, reason=str(error))
        except Exception as error:
            trouble = type(error).__name__
            log.exception("job.failed", job=job.name)
        run = JobRun(job.name, job.every_seconds, monotonic() - begun, trouble, counted or {})
        # While the database is away nothing can be told, and the silence tells it.
        with suppress(Unavailable), self._database.transaction(DatabaseRole.JOBS, None) as connection:
            note_run(connection, run)
            self._gauges.show(read_jobs(connection))
