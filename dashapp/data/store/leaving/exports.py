"""Exports that were asked for on a page: asked for, written by a job, kept for a while. All as la_jobs."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.store import work_queues
from dashapp.data.store.work_queues import Turn, WorkQueue, close, hold, take, turn_of
from dashapp.data.tables import organisation_exports
from dashapp.domain.keys import OrganisationId
from dashapp.domain.leaving import Export, ExportState

SILENT: Final = timedelta(minutes=2)
"""An export of which nobody has heard for so long has lost its writer, and is begun anew."""
MOST_ATTEMPTS: Final = 3
LISTED: Final = 20
_QUEUE: Final = WorkQueue(
    organisation_exports,
    organisation_exports.c.export_id,
    organisation_exports.c.started_at,
    {ExportState.WAITING.value: ExportState.RUNNING.value},
    SILENT,
    MOST_ATTEMPTS,
    {"rows_done": 0, "rows_expected": None, "table_name": None},
)
_FIELDS: Final = (
    *("public_id", "state", "requested_at", "finished_at", "table_name", "rows_done", "rows_expected", "bytes"),
    *("sha256", "trouble", "expires_at"),
)


def ask_for_export(connection: Connection, organisation: OrganisationId, by: str, now: datetime) -> UUID | None:
    """Has everything exported soon; None where an export is under way already."""
    made = connection.execute(
        insert(organisation_exports)
        .values(organisation_id=organisation, state=ExportState.WAITING.value, requested_by=by, requested_at=now)
        .on_conflict_do_nothing()
        .returning(organisation_exports.c.public_id)
    ).scalar_one_or_none()
    return None if made is None else UUID(str(made))


def cancel_export(connection: Connection, organisation: OrganisationId, export: UUID, now: datetime) -> bool:
    """Ends an export that waits or is being written; whether there was one. Its writer stops within seconds."""
    values = {"organisation": organisation, "export": export, "now": now}
    return connection.execute(_CANCEL, values).rowcount > 0


def list_exports(connection: Connection, organisation: OrganisationId) -> tuple[Export, ...]:
    """The last ones, the newest first."""
    kept = organisation_exports.c
    rows = connection.execute(
        select(*(kept[name] for name in _FIELDS))
        .where(kept.organisation_id == organisation)
        .order_by(kept.export_id.desc())
        .limit(LISTED)
    ).mappings()
    return tuple(Export(**{**row, "state": ExportState(row["state"])}) for row in rows)


def find_export(connection: Connection, organisation: OrganisationId, export: UUID) -> Export | None:
    """One of the organisation's exports."""
    kept = organisation_exports.c
    row = (
        connection.execute(
            select(*(kept[name] for name in _FIELDS)).where(
                kept.organisation_id == organisation, kept.public_id == export
            )
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else Export(**{**row, "state": ExportState(row["state"])})


# ------------------------------------------------------------------ the job


def take_export(connection: Connection, organisation: OrganisationId, now: datetime) -> Turn | None:
    """The export that is to be written now: one that waits, or whose writer has been silent. None: there is none.

    One that has been tried often enough is given up.
    """
    row = take(connection, _QUEUE, organisation, now)
    return None if row is None else turn_of(_QUEUE, row)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is."""

    table_name: str
    rows_done: int
    rows_expected: int | None


def note_progress(connection: Connection, turn: Turn, at: Progress | None, now: datetime) -> bool:
    """Says that it is being written, and how far it is; False where it is not wanted any more."""
    return hold(connection, _QUEUE, turn, now, {} if at is None else asdict(at))


def put_back(connection: Connection, turn: Turn) -> None:
    """Has another process write it: this one ends. That is no attempt that failed."""
    work_queues.put_back(connection, _QUEUE, turn)


@dataclass(frozen=True, slots=True)
class Finished:
    """The file of an export."""

    rows: int
    bytes: int
    sha256: str
    at: datetime
    expires_at: datetime


def finish_export(connection: Connection, turn: Turn, file: Finished) -> bool:
    """The file is there; False where it is not wanted any more."""
    values = {
        "state": ExportState.DONE.value,
        "finished_at": file.at,
        "rows_done": file.rows,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "expires_at": file.expires_at,
        "table_name": None,
    }
    return close(connection, _QUEUE, turn, values)


def fail_export(connection: Connection, turn: Turn, trouble: str, now: datetime) -> None:
    """It cannot be written; `trouble` is a word for the page."""
    close(connection, _QUEUE, turn, {"state": ExportState.FAILED.value, "trouble": trouble, "finished_at": now})


def expire_exports(connection: Connection, organisation: OrganisationId, now: datetime) -> int:
    """Exports whose time is over; how many there were. Their files go with `kept_exports`."""
    return connection.execute(_EXPIRE, {"organisation": organisation, "now": now}).rowcount


def kept_exports(connection: Connection, organisation: OrganisationId) -> frozenset[UUID]:
    """The exports whose files are kept, or are being written."""
    kept = organisation_exports.c
    rows = connection.execute(
        select(kept.public_id).where(
            kept.organisation_id == organisation, kept.state.in_([ExportState.RUNNING.value, ExportState.DONE.value])
        )
    )
    return frozenset(UUID(str(row.public_id)) for row in rows)


_MINE: Final = "organisation_id = :organisation AND public_id = :export"
_CANCEL: Final = text(
    "UPDATE organisation_exports SET state = 'cancelled', finished_at = :now"
    f" WHERE {_MINE} AND state IN ('waiting', 'running')"
)
_EXPIRE: Final = text(
    "UPDATE organisation_exports SET state = 'expired'"
    " WHERE organisation_id = :organisation AND state = 'done' AND expires_at <= :now"
)
