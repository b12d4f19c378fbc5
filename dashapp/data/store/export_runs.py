"""Files that people have made of reports: asked for, made by a job, kept for a while, for who asked. All as la_jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Text, cast, func, literal, text
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.store import work_queues
from dashapp.data.store.work_queues import Turn, WorkQueue, close, hold, take, turn_of
from dashapp.data.tables import export_runs
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import Report, written
from dashapp.domain.reports.exports import ExportFormat, ExportRun, ExportState, Extract, Trouble

SILENT: Final = timedelta(minutes=2)
"""A run of which nobody has heard for so long has lost its process, and is begun anew."""
MOST_ATTEMPTS: Final = 3
MOST_OPEN: Final = 20
"""Runs of one person that wait or are being made."""
LISTED: Final = 50
FORGOTTEN: Final = timedelta(days=90)
"""So long a run stands in the list after it ended."""
_QUEUE: Final = WorkQueue(
    export_runs,
    export_runs.c.run_id,
    export_runs.c.started_at,
    {ExportState.QUEUED.value: ExportState.RUNNING.value},
    SILENT,
    MOST_ATTEMPTS,
    {"steps_done": 0, "steps": None},
)


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A run that is to be made now, with the key of whose rights hold."""

    turn: Turn
    person: UUID
    administers: bool
    title: str
    form: ExportFormat
    document: Mapping[str, Any] | None
    extract: Mapping[str, Any] | None

    @property
    def public_id(self) -> UUID:
        """The key under which it was asked for."""
        return self.turn.key


@dataclass(frozen=True, slots=True)
class MadeFile:
    """The file of a run."""

    name: str
    media: str
    bytes: int
    rows: int
    sha256: str
    manifest: str
    """As JSON."""
    at: datetime
    expires_at: datetime


def ask_for_export(
    connection: Connection, principal: Principal, report: Report, form: ExportFormat, now: datetime
) -> UUID | None:
    """Has a file made of a report as it is now; its key. None where the person has too many under way already.

    Whether they may read the report is for the caller to know; what of it they see is found when it is made, by the
    rights that they have then.
    """
    values = {"title": report.title, "form": form.value, "document": written(report), "extract": None}
    return _ask(connection, principal, values, now)


def ask_for_extract(
    connection: Connection, principal: Principal, asked: tuple[str, Extract], form: ExportFormat, now: datetime
) -> UUID | None:
    """The same for rows of a table: (what the run is called, which rows)."""
    title, extract = asked
    values = {"title": title, "form": form.value, "document": None, "extract": extract.model_dump_json()}
    return _ask(connection, principal, values, now)


def list_runs(connection: Connection, organisation: OrganisationId, person: PersonId) -> tuple[ExportRun, ...]:
    """The last ones of a person, the newest first."""
    rows = connection.execute(_LIST, {"organisation": organisation, "person": person, "most": LISTED})
    return tuple(map(_run, rows))


def find_run(
    connection: Connection, organisation: OrganisationId, person: PersonId, public_id: UUID
) -> tuple[ExportRun, str] | None:
    """One of a person's runs, and the type of its file; None where it is not theirs."""
    values = {"organisation": organisation, "person": person, "run": public_id}
    row = connection.execute(_FIND, values).one_or_none()
    return None if row is None else (_run(row), row.media or "")


def manifest_of_run(
    connection: Connection, organisation: OrganisationId, person: PersonId, public_id: UUID
) -> Mapping[str, Any] | None:
    """What is in the file of one of a person's runs."""
    values = {"organisation": organisation, "person": person, "run": public_id}
    found: Mapping[str, Any] | None = connection.execute(_MANIFEST, values).scalar_one_or_none()
    return found


def cancel_run(
    connection: Connection, organisation: OrganisationId, person: PersonId, public_id: UUID, now: datetime
) -> bool:
    """Ends a person's run that waits or is being made; whether there was one. Its maker stops within seconds."""
    values = {"organisation": organisation, "person": person, "run": public_id, "now": now}
    return connection.execute(_CANCEL, values).rowcount > 0


# ------------------------------------------------------------------ the job


def take_run(connection: Connection, organisation: OrganisationId, now: datetime, *, extracts: bool) -> TakenRun | None:
    """What is to be made now: what waits longest, or whose maker has been silent. None: there is nothing.

    One that has been tried often enough is given up.
    """
    kind = export_runs.c.extract.is_not(None) if extracts else export_runs.c.extract.is_(None)
    row = take(connection, _QUEUE, organisation, now, kind)
    if row is None:
        return None
    who = {"organisation": organisation, "person": row.person_id}
    person, form = connection.execute(_WHO, who).scalar_one(), ExportFormat(row.form)
    return TakenRun(turn_of(_QUEUE, row), person, row.administers, row.title, form, row.document, row.extract)


def beat(connection: Connection, turn: Turn, now: datetime, steps: tuple[int, int] | None) -> bool:
    """Says that it is being made, and how many of how many steps are done; False where it is not wanted any more."""
    told = {} if steps is None else {"steps_done": steps[0], "steps": steps[1]}
    return hold(connection, _QUEUE, turn, now, told)


def put_back(connection: Connection, turn: Turn) -> None:
    """Has another process make it: this one ends. That is no attempt that failed."""
    work_queues.put_back(connection, _QUEUE, turn)


def finish_run(connection: Connection, turn: Turn, file: MadeFile) -> bool:
    """The file is there; False where it is not wanted any more."""
    values = {
        "state": ExportState.DONE.value,
        "name": file.name,
        "media": file.media,
        "bytes": file.bytes,
        "rows": file.rows,
        "sha256": file.sha256,
        "manifest": cast(literal(file.manifest, Text), JSONB),
        "finished_at": file.at,
        "expires_at": file.expires_at,
        "steps_done": func.coalesce(export_runs.c.steps, export_runs.c.steps_done),
    }
    return close(connection, _QUEUE, turn, values)


def fail_run(connection: Connection, turn: Turn, trouble: Trouble, now: datetime) -> None:
    """It cannot be made."""
    values = {"state": ExportState.FAILED.value, "trouble": trouble.value, "finished_at": now}
    close(connection, _QUEUE, turn, values)


def expire_runs(connection: Connection, organisation: OrganisationId, now: datetime) -> int:
    """Runs whose time is over, whose files go with `kept_runs`; forgets those that ended long ago."""
    connection.execute(_FORGET, {"organisation": organisation, "before": now - FORGOTTEN})
    return connection.execute(_EXPIRE, {"organisation": organisation, "now": now}).rowcount


def kept_runs(connection: Connection, organisation: OrganisationId) -> frozenset[UUID]:
    """The runs whose files are kept, or are being made."""
    return frozenset(connection.execute(_KEPT, {"organisation": organisation}).scalars())


# ------------------------------------------------------------------ rows


def _ask(connection: Connection, principal: Principal, values: Mapping[str, object], now: datetime) -> UUID | None:
    who = {"organisation": principal.organisation_id, "person": principal.person_id, "most": MOST_OPEN}
    given = {**who, **values, "administers": principal.administers, "now": now}
    made: UUID | None = connection.execute(_ASK, given).scalar_one_or_none()
    return made


def _run(row: Row[Any]) -> ExportRun:
    fields = {name: getattr(row, name) for name in _FIELDS}
    trouble = None if row.trouble is None else Trouble(row.trouble)
    return ExportRun(**{**fields, "form": ExportFormat(row.form), "state": ExportState(row.state), "trouble": trouble})


_FIELDS: Final = (
    *("public_id", "title", "form", "state", "requested_at", "started_at", "finished_at", "steps_done", "steps"),
    *("name", "bytes", "rows", "sha256", "trouble", "expires_at"),
)
_THEIRS: Final = "organisation_id = :organisation AND person_id = :person"
_COLUMNS: Final = ", ".join(f'"{name}"' for name in _FIELDS)
_ASK: Final = text(
    "INSERT INTO export_runs (organisation_id, person_id, administers, title, form, document, extract, state,"
    " requested_at) SELECT :organisation, :person, :administers, :title, :form, CAST(:document AS jsonb),"
    " CAST(:extract AS jsonb), 'queued', :now WHERE (SELECT count(*) FROM export_runs"
    f" WHERE {_THEIRS} AND state IN ('queued', 'running')) < :most RETURNING public_id"
)
_LIST: Final = text(f"SELECT {_COLUMNS} FROM export_runs WHERE {_THEIRS} ORDER BY run_id DESC LIMIT :most")
_FIND: Final = text(f"SELECT {_COLUMNS}, media FROM export_runs WHERE {_THEIRS} AND public_id = :run")
_MANIFEST: Final = text(f"SELECT manifest FROM export_runs WHERE {_THEIRS} AND public_id = :run")
_CANCEL: Final = text(
    "UPDATE export_runs SET state = 'cancelled', finished_at = :now"
    f" WHERE {_THEIRS} AND public_id = :run AND state IN ('queued', 'running')"
)
_WHO: Final = text("SELECT public_id FROM people WHERE organisation_id = :organisation AND person_id = :person")
_EXPIRE: Final = text(
    "UPDATE export_runs SET state = 'expired'"
    " WHERE organisation_id = :organisation AND state = 'done' AND expires_at <= :now"
)
_FORGET: Final = text(
    "DELETE FROM export_runs WHERE organisation_id = :organisation AND finished_at < :before"
    " AND state NOT IN ('queued', 'running', 'done')"
)
_KEPT: Final = text(
    "SELECT public_id FROM export_runs WHERE organisation_id = :organisation AND state IN ('running', 'done')"
)
