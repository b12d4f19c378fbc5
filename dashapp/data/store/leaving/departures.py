"""Deletions of organisations: asked for, cancelled, begun, finished. A row of them is all that stays. As la_jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Row, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.store.locks import own_organisation
from dashapp.data.tables import departures
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId


class DepartureState(StrEnum):
    """How a deletion stands."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Departure:
    """One deletion."""

    departure_id: int
    former_id: OrganisationId
    former_public_id: UUID
    state: DepartureState
    requested_by: str
    requested_at: datetime
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    source_ids: tuple[int, ...]
    export_sha256: str | None
    removed: Mapping[str, int]


_FIELDS: Final = tuple(Departure.__dataclass_fields__)
_OPEN: Final = (DepartureState.REQUESTED.value, DepartureState.RUNNING.value)


def ask_for_deletion(
    connection: Connection, organisation: OrganisationId, by: str, now: datetime, due_at: datetime
) -> Departure:
    """Asks for the deletion of the organisation at a moment; the one that is open already where there is one.

    Raises NotFound where there is no such organisation.
    """
    public_id = connection.execute(_PUBLIC_ID, {"organisation": organisation}).scalar_one_or_none()
    if public_id is None:
        raise NotFound("There is no such organisation.")
    connection.execute(
        insert(departures)
        .values(
            former_id=organisation,
            former_public_id=public_id,
            state=DepartureState.REQUESTED.value,
            requested_by=by,
            requested_at=now,
            due_at=due_at,
        )
        .on_conflict_do_nothing()
    )
    found = open_departure(connection, organisation)
    if found is None:
        raise NotFound("The deletion has been cancelled meanwhile.")
    return found


def open_departure(connection: Connection, organisation: OrganisationId) -> Departure | None:
    """The deletion of an organisation that was asked for or is under way."""
    row = connection.execute(
        _SELECT.where(departures.c.former_id == organisation, departures.c.state.in_(_OPEN))
    ).one_or_none()
    return None if row is None else _departure(row)


def cancel_deletion(connection: Connection, organisation: OrganisationId, by: str, now: datetime) -> bool:
    """Takes a request back; False where there is none, or it is under way already."""
    return connection.execute(_CANCEL, {"organisation": organisation, "by": by, "now": now}).rowcount > 0


def due_departures(connection: Connection, now: datetime) -> tuple[Departure, ...]:
    """The deletions that are to be begun or gone on with."""
    state, due = departures.c.state, departures.c.due_at <= now
    running = state == DepartureState.RUNNING.value
    rows = connection.execute(
        _SELECT.where(running | ((state == DepartureState.REQUESTED.value) & due)).order_by(departures.c.departure_id)
    )
    return tuple(_departure(row) for row in rows)


def departures_to_sweep(connection: Connection, before: datetime) -> tuple[Departure, ...]:
    """Deletions that were done before a moment and have not been looked through once more."""
    rows = connection.execute(
        _SELECT.where(
            departures.c.state == DepartureState.DONE.value,
            departures.c.swept_at.is_(None),
            departures.c.finished_at <= before,
        )
    )
    return tuple(_departure(row) for row in rows)


def begin_deletion(connection: Connection, departure: Departure, now: datetime) -> bool:
    """Closes the organisation: nobody sends, signs in or is launched any more, and whoever is signed in is not.

    False where it has been cancelled. Writers that are at work end first. May be called again.
    """
    organisation = departure.former_id
    own_organisation(connection, organisation)
    values = {"organisation": organisation, "departure": departure.departure_id, "now": now}
    if connection.execute(_BEGIN, values).rowcount == 0:
        return False
    for statement in _CLOSING:
        connection.execute(statement, values)
    return True


def note_removed(connection: Connection, departure: Departure, table: str, rows: int) -> None:
    """Adds to the number of rows that went from a table."""
    connection.execute(_REMOVED, {"departure": departure.departure_id, "table": table, "rows": rows})


def finish_deletion(connection: Connection, departure: Departure, now: datetime) -> bool:
    """Nothing is left; False where another process has said so already."""
    return connection.execute(_FINISH, {"departure": departure.departure_id, "now": now}).rowcount > 0


def note_swept(connection: Connection, departure: Departure, now: datetime) -> None:
    """It has been looked through once more."""
    connection.execute(_SWEPT, {"departure": departure.departure_id, "now": now})


def find_departure(connection: Connection, departure_id: int) -> Departure | None:
    """One deletion, whatever became of it."""
    row = connection.execute(_SELECT.where(departures.c.departure_id == departure_id)).one_or_none()
    return None if row is None else _departure(row)


def _departure(row: Row[tuple[object, ...]]) -> Departure:
    values = dict(row._mapping)
    values["state"] = DepartureState(values["state"])
    values["source_ids"] = tuple(values["source_ids"])
    return Departure(**values)


_SELECT: Final = select(*(departures.c[name] for name in _FIELDS))
_PUBLIC_ID: Final = text("SELECT public_id FROM organisations WHERE organisation_id = :organisation")
_CANCEL: Final = text(
    "UPDATE departures SET state = 'cancelled', cancelled_by = :by, cancelled_at = :now"
    " WHERE former_id = :organisation AND state = 'requested'"
)
_BEGIN: Final = text(
    "UPDATE departures SET state = 'running', started_at = coalesce(started_at, :now),"
    " source_ids = (SELECT coalesce(array_agg(DISTINCT id), '{}') FROM (SELECT unnest(source_ids) AS id"
    "   UNION SELECT source_id FROM sources WHERE organisation_id = :organisation) AS known),"
    " export_sha256 = coalesce(export_sha256, (SELECT sha256 FROM organisation_exports"
    "   WHERE organisation_id = :organisation AND sha256 IS NOT NULL ORDER BY export_id DESC LIMIT 1))"
    " WHERE departure_id = :departure AND state IN ('requested', 'running')"
)
_CLOSING: Final = tuple(
    text(f"{statement} WHERE organisation_id = :organisation{more}")
    for statement, more in (
        ("UPDATE sources SET enabled = false", " AND enabled"),
        ("UPDATE source_keys SET revoked_at = :now", " AND revoked_at IS NULL"),
        ("UPDATE service_keys SET revoked_at = :now", " AND revoked_at IS NULL"),
        ("UPDATE accounts SET enabled = false", " AND enabled"),
        ("UPDATE identity_providers SET enabled = false", " AND enabled"),
        ("UPDATE lti_platforms SET enabled = false", " AND enabled"),
        ("UPDATE organisation_exports SET state = 'cancelled'", " AND state IN ('waiting', 'running')"),
        ("UPDATE export_runs SET state = 'cancelled'", " AND state IN ('queued', 'running')"),
        ("UPDATE report_schedules SET state = 'ended', next_at = NULL", " AND state <> 'ended'"),
        (
            "INSERT INTO ended_sessions (organisation_id, digest, ended_at)"
            " SELECT organisation_id, digest, clock_timestamp() FROM sessions",
            " AND ended_at IS NULL ON CONFLICT DO NOTHING",
        ),
        ("UPDATE sessions SET ended_at = :now", " AND ended_at IS NULL"),
        ("UPDATE organisations SET structure_epoch = structure_epoch + 1", ""),
    )
)
_REMOVED: Final = text(
    "UPDATE departures SET removed = jsonb_set(removed, ARRAY[:table],"
    " to_jsonb(coalesce((removed ->> :table)::bigint, 0) + :rows)) WHERE departure_id = :departure"
)
_FINISH: Final = text(
    "UPDATE departures SET state = 'done', finished_at = :now WHERE departure_id = :departure AND state = 'running'"
)
_SWEPT: Final = text("UPDATE departures SET swept_at = :now WHERE departure_id = :departure")
