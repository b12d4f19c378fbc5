"""The figures of the jobs of the whole installation, whichever process runs them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge


class JobFigures(Protocol):
    """What is shown of a job."""

    @property
    def name(self) -> str:
        """Its name, of a closed set."""

    @property
    def seconds(self) -> float:
        """How long its last run took."""

    @property
    def succeeded_at(self) -> datetime | None:
        """When it last went well."""

    @property
    def runs(self) -> int:
        """How often it ran."""

    @property
    def failures(self) -> int:
        """How often that failed."""

    @property
    def figures(self) -> Mapping[str, int]:
        """What it has counted, by names of `COUNTED`."""


COUNTED: Final = MappingProxyType(
    {
        "schedules_overdue": "Schedules of reports that were due and have not delivered.",
        "schedule_runs_uncertain": "Runs of schedules of which nobody knows whether every mail arrived.",
    }
)
"""The gauges that jobs fill, without their prefix, and what they mean."""


class JobGauges:
    """The gauges of one process. Safe to share between threads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Shows no job yet."""

        def gauge(name: str, said: str) -> Gauge:
            return Gauge(f"analytics_job_{name}", said, ("job",), registry=registry)

        self._seconds = gauge("last_run_seconds", "How long the last run of a job took.")
        self._succeeded = gauge("last_success_timestamp_seconds", "When a job last went well; 0 where it never did.")
        self._runs = gauge("runs", "Runs of a job since the installation began.")
        self._failures = gauge("failures", "Those of them that failed.")
        self._counted = {name: Gauge(f"analytics_{name}", said, registry=registry) for name, said in COUNTED.items()}
        self._leads = Gauge("analytics_jobs_leading", "1 where this process runs the jobs.", registry=registry)

    def show(self, jobs: Iterable[JobFigures]) -> None:
        """These figures from now on."""
        for job in jobs:
            self._seconds.labels(job.name).set(job.seconds)
            self._succeeded.labels(job.name).set(job.succeeded_at.timestamp() if job.succeeded_at else 0)
            self._runs.labels(job.name).set(job.runs)
            self._failures.labels(job.name).set(job.failures)
            for name, figure in job.figures.items():
                if name in self._counted:  # a newer version may count something else
                    self._counted[name].set(figure)

    def lead(self, *, leading: bool) -> None:
        """Whether this process runs them."""
        self._leads.set(int(leading))
