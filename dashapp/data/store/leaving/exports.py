"""Exports that were asked for on a page: asked for, written by a job, kept for a while. All as la_jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import organisation_exports
from dashapp.domain.keys import OrganisationId
from dashapp.domain.leaving import Export, ExportState

SILENT: Final = timedelta(minutes=2)
"""An export of which nobody has heard for so long has lost its writer, and is begun anew."""
MOST_ATTEMPTS: Final = 3
LISTED: Final = 20


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


def take_export(connection: Connection, organisation: OrganisationId, now: datetime) -> UUID | None:
    """The export that is to be written now: one that waits, or whose writer has been silent. None: there is none.

    One that has been tried often enough is given up.
    """
    values = {"organisation": organisation, "now": now, "silent": now - SILENT, "most": MOST_ATTEMPTS}
    connection.execute(_GIVE_UP, values)
    taken = connection.execute(_TAKE, values).scalar_one_or_none()
    return None if taken is None else UUID(str(taken))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is."""

    table_name: str
    rows_done: int
    rows_expected: int | None


def note_progress(
    connection: Connection, organisation: OrganisationId, export: UUID, at: Progress, now: datetime
) -> bool:
    """Tells how far it is; False where it is not wanted any more."""
    values = {
        "organisation": organisation,
        "export": export,
        "now": now,
        "table": at.table_name,
        "done": at.rows_done,
        "expected": at.rows_expected,
    }
    return connection.execute(_PROGRESS, values).rowcount > 0


def put_back(connection: Connection, organisation: OrganisationId, export: UUID) -> None:
    """Has another process write it: this one ends. That is no attempt that failed."""
    connection.execute(_PUT_BACK, {"organisation": organisation, "export": export})


@dataclass(frozen=True, slots=True)
class Finished:
    """The file of an export."""

    rows: int
    bytes: int
    sha256: str
    at: datetime
    expires_at: datetime


def finish_export(connection: Connection, organisation: OrganisationId, export: UUID, file: Finished) -> bool:
    """The file is there; False where it is not wanted any more."""
    values = {
        "organisation": organisation,
        "export": export,
        "rows": file.rows,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "now": file.at,
        "expires": file.expires_at,
    }
    return connection.execute(_FINISH, values).rowcount > 0


def fail_export(
    connection: Connection, organisation: OrganisationId, export: UUID, trouble: str, now: datetime
) -> None:
    """It cannot be written; `trouble` is a word for the page."""
    values = {"organisation": organisation, "export": export, "trouble": trouble, "now": now}
    connection.execute(_FAIL, values)


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
_GIVE_UP: Final = text(
    "UPDATE organisation_exports SET state = 'failed', trouble = 'stopped', finished_at = :now"
    " WHERE organisation_id = :organisation AND state = 'running' AND beat_at < :silent AND attempts >= :most"
)
_TAKE: Final = text(
    "UPDATE organisation_exports SET state = 'running', started_at = :now, beat_at = :now, attempts = attempts + 1,"
    " rows_done = 0, rows_expected = NULL, table_name = NULL"
    " WHERE organisation_id = :organisation AND (state = 'waiting' OR (state = 'running' AND beat_at < :silent))"
    " RETURNING public_id"
)
_PROGRESS: Final = text(
    "UPDATE organisation_exports SET beat_at = :now, table_name = :table, rows_done = :done,"
    f" rows_expected = :expected WHERE {_MINE} AND state = 'running'"
)
_PUT_BACK: Final = text(
    "UPDATE organisation_exports SET state = 'waiting', attempts = attempts - 1, beat_at = NULL"
    f" WHERE {_MINE} AND state = 'running'"
)
_FINISH: Final = text(
    "UPDATE organisation_exports SET state = 'done', finished_at = :now, rows_done = :rows, bytes = :bytes,"
    f" sha256 = :sha256, expires_at = :expires, table_name = NULL WHERE {_MINE} AND state = 'running'"
)
_FAIL: Final = text(
    "UPDATE organisation_exports SET state = 'failed', trouble = :trouble, finished_at = :now"
    f" WHERE {_MINE} AND state = 'running'"
)
_EXPIRE: Final = text(
    "UPDATE organisation_exports SET state = 'expired'"
    " WHERE organisation_id = :organisation AND state = 'done' AND expires_at <= :now"
)
