"""Work that pages ask for and jobs do, kept as rows of a table: one process at a time has it in hand.

Whoever has it in hand says so again and again. Of whom nothing was heard for a while the work is taken over by the next
process, and given up once it was begun too often. Who comes back after that (a machine that slept, a database that was
away) changes nothing any more: each taking in hand has its own instant, and only the last one counts.

A table of such work has the columns organisation_id, public_id, state, beat_at, attempts, finished_at and trouble, one
for the order and one for the instant at which it was taken in hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, and_, case, or_, select, true, update

from dashapp.domain.keys import OrganisationId

STOPPED: Final = "stopped"
"""The trouble of work that was begun too often."""


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """One kind of work. `order`: the oldest first. `begun_at`: when it was taken in hand the last time."""

    table: Table
    order: Column[int]
    begun_at: Column[datetime]
    stages: Mapping[str, str]
    """The states in which it waits, each with the one that it has in hand."""
    silent: timedelta
    """Work of which nobody has heard for so long has lost its process."""
    most_attempts: int
    begin: Mapping[str, Any]
    """Values that a row begins with each time it is taken in hand."""

    def is_in_hand(self) -> ColumnElement[bool]:
        """Whether a process has it, as far as its row says."""
        return self.table.c.state.in_(list(self.stages.values()))


@dataclass(frozen=True, slots=True)
class Turn:
    """Work that was taken in hand, by its public id and the instant."""

    organisation: OrganisationId
    key: UUID
    begun_at: datetime


def take(
    connection: Connection,
    queue: WorkQueue,
    organisation: OrganisationId,
    now: datetime,
    only: ColumnElement[bool] | None = None,
) -> Row[Any] | None:
    """Takes in hand what waits longest or has lost its process, if there is any; its row. `only`: of what kind.
    What was begun too often is given up."""
    rows = queue.table.c
    mine = rows.organisation_id == organisation
    lost = and_(queue.is_in_hand(), rows.beat_at < now - queue.silent)
    connection.execute(
        update(queue.table)
        .where(mine, lost, rows.attempts >= queue.most_attempts)
        .values(state="failed", trouble=STOPPED, finished_at=now)
    )
    chosen = (
        select(queue.order)
        .where(mine, true() if only is None else only, or_(rows.state.in_(list(queue.stages)), lost))
        .order_by(queue.order)
        .limit(1)
        .with_for_update(skip_locked=True)
        .correlate(None)
        .scalar_subquery()
    )
    taken = {"state": case(dict(queue.stages), value=rows.state, else_=rows.state), "attempts": rows.attempts + 1}
    return connection.execute(
        update(queue.table)
        .where(mine, queue.order == chosen)
        .values({**taken, "beat_at": now, queue.begun_at.name: now, **queue.begin})
        .returning(*rows)
    ).one_or_none()


def turn_of(queue: WorkQueue, row: Row[Any]) -> Turn:
    """The taking in hand that a row of `take` tells of."""
    found = row._mapping
    return Turn(row.organisation_id, UUID(str(row.public_id)), found[queue.begun_at])


def hold(connection: Connection, queue: WorkQueue, turn: Turn, now: datetime, values: Mapping[str, Any]) -> bool:
    """Says that it is being worked on, and how far it is; False where it is not wanted any more, or another process has
    it."""
    return _write(connection, queue, turn, {"beat_at": now, **values})


def put_back(connection: Connection, queue: WorkQueue, turn: Turn) -> None:
    """Has another process go on with it: this one ends. That is no attempt that failed."""
    rows = queue.table.c
    back = case({taken: waits for waits, taken in queue.stages.items()}, value=rows.state)
    _write(connection, queue, turn, {"state": back, "attempts": rows.attempts - 1, "beat_at": None})


def close(connection: Connection, queue: WorkQueue, turn: Turn, values: Mapping[str, Any]) -> bool:
    """Writes how it has ended; False where it is not wanted any more, or another process has it."""
    return _write(connection, queue, turn, values)


def _write(connection: Connection, queue: WorkQueue, turn: Turn, values: Mapping[str, Any]) -> bool:
    rows = queue.table.c
    changed = connection.execute(
        update(queue.table)
        .where(rows.organisation_id == turn.organisation, rows.public_id == turn.key)
        .where(queue.is_in_hand(), queue.begun_at == turn.begun_at)
        .values(dict(values))
    )
    return changed.rowcount > 0
