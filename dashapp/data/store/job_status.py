"""How the jobs went, whichever process led: written by la_jobs, read by `/health` and `/metrics` of every process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

SILENT_ROUNDS: Final = 3
"""A job that has not run for so many of its intervals is not run by anybody."""
SILENT_AT_LEAST: Final = 60.0
"""Seconds: a new leader is found within a few."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job. `trouble`: the kind of error; None after a good one."""

    name: str
    every_seconds: float
    seconds: float
    trouble: str | None
    figures: Mapping[str, int] = field(default_factory=dict)
    """What it has counted, by the names of gauges; of a run that counted nothing those of the last one stay."""


@dataclass(frozen=True, slots=True)
class JobState:
    """The last run of a job, for those who watch."""

    name: str
    started_at: datetime
    seconds: float
    succeeded_at: datetime | None
    runs: int
    failures: int
    trouble: str | None
    silent: bool
    """Whether nobody runs it any more."""
    figures: Mapping[str, int] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """How it is, in a word."""
        if self.silent:
            return "silent"
        return "failing" if self.trouble is not None else "ok"


def note_run(connection: Connection, run: JobRun) -> None:
    """Adds a run that has just ended."""
    values = {
        "name": run.name,
        "every": run.every_seconds,
        "seconds": run.seconds,
        "trouble": run.trouble,
        "failed": int(run.trouble is not None),
        "figures": orjson.dumps(dict(run.figures)).decode(),
    }
    connection.execute(_NOTE, values)


def read_jobs(connection: Connection) -> tuple[JobState, ...]:
    """All jobs that have ever run, by name."""
    return tuple(_state(row) for row in connection.execute(_READ))


def _state(row: Any) -> JobState:
    return JobState(**row._mapping)


_NOTE: Final = text(
    "INSERT INTO job_status AS j (name, every_seconds, started_at, seconds, succeeded_at, runs, failures, trouble,"
    " figures)"
    " VALUES (:name, :every, clock_timestamp() - make_interval(secs => :seconds), :seconds,"
    " CASE WHEN :failed = 0 THEN clock_timestamp() END, 1, :failed, :trouble, CAST(:figures AS jsonb))"
    " ON CONFLICT (name) DO UPDATE SET every_seconds = excluded.every_seconds, started_at = excluded.started_at,"
    " seconds = excluded.seconds, succeeded_at = coalesce(excluded.succeeded_at, j.succeeded_at), runs = j.runs + 1,"
    " failures = j.failures + excluded.failures, trouble = excluded.trouble,"
    " figures = CASE WHEN excluded.figures = '{}'::jsonb THEN j.figures ELSE excluded.figures END"
)
_READ: Final = text(
    "SELECT name, started_at, seconds, succeeded_at, runs, failures, trouble, figures,"
    f" started_at + make_interval(secs => seconds + greatest({SILENT_ROUNDS} * every_seconds, {SILENT_AT_LEAST}))"
    " < clock_timestamp() AS silent FROM job_status ORDER BY name"
)
