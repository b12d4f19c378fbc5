"""What each ingest process says of itself once a second: the pages and `/health` read it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import ingest_status

FORGOTTEN_AFTER = "1 minute"
"""A row that its process has not renewed for so long is removed by the others: the process is gone."""

COUNTED_AT_MOST = 100_000
"""A backlog longer than this is only known to be longer: counting it each second would cost more than it tells."""
_BACKLOG = text(
    "SELECT topic, count(*) AS messages, min(received_at) AS oldest"
    " FROM (SELECT topic, received_at FROM inbox LIMIT :limit) AS counted GROUP BY topic"
)


class IngestState(StrEnum):
    """How it goes with the ingest of one process."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """The broker or the database cannot be reached; it tries again by itself."""
    ALARMED = "alarmed"
    """Something needs an operator: records are gone, a topic was made anew, or the same batch fails again and again."""


@dataclass(frozen=True, slots=True)
class Report:
    """One row of `ingest_status`."""

    transport: str
    state: IngestState
    lag_events: int
    oldest_waiting_at: datetime | None


def report(connection: Connection, slot: int, said: Report) -> None:
    """Replaces what this writer has said before, and forgets writers that have been silent for a minute."""
    values = {
        "transport": said.transport,
        "state": said.state.value,
        "lag_events": said.lag_events,
        "oldest_waiting_at": said.oldest_waiting_at,
        "reported_at": func.clock_timestamp(),
    }
    connection.execute(
        insert(ingest_status).values(slot=slot, **values).on_conflict_do_update(index_elements=["slot"], set_=values)
    )
    connection.execute(
        ingest_status.delete().where(
            ingest_status.c.reported_at < func.clock_timestamp() - text(f"interval '{FORGOTTEN_AFTER}'")
        )
    )


def inbox_backlog(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """By topic how many messages wait in the inbox (counted up to a limit), and since when the oldest of them."""
    rows = connection.execute(_BACKLOG, {"limit": COUNTED_AT_MOST})
    return {row.topic: (row.messages, row.oldest) for row in rows}


def withdraw(connection: Connection, slot: int) -> None:
    """Takes this writer's row away: it has ended in order."""
    connection.execute(ingest_status.delete().where(ingest_status.c.slot == slot))
