"""Which dead letters the dead-letter topic has not been told of. It is told at least once, after the commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.locks import own_dead_letters

PORTION: Final = 500
_ANNOUNCING: Final = 7317
"""Kind of the lock that keeps two processes from telling the same."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A letter as the topic hears of it: its bytes, as far as they were kept, and where they stood."""

    letter_id: int
    count: int
    """How often the same bytes have come so far."""
    reason: str
    sender: str | None
    topic: str
    partition: int | None
    offset: int | None
    body: bytes

    def headers(self) -> list[tuple[str, bytes]]:
        """The record's headers; what is not known is left out."""
        said = {
            "reason": self.reason,
            "source": self.sender,
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "count": self.count,
        }
        return [(name, str(value).encode()) for name, value in said.items() if value is not None]


def announce_portion(database: Database, tell: Callable[[Sequence[Announcement]], None]) -> int:
    """Tells of some letters that have come, or come again, since they were told of; how many.

    0 where there are none, or another process is at it. Raises what `tell` raises: they are told of again then.
    """
    with database.transaction(DatabaseRole.INGEST, None) as holding:
        if not holding.execute(_TRY, {"kind": _ANNOUNCING}).scalar_one():
            return 0
        rows = holding.execute(_NOT_ANNOUNCED, {"limit": PORTION}).all()
        told = [
            Announcement(
                letter_id=row.dead_letter_id,
                count=row.times,
                reason=row.reason,
                sender=row.sender,
                topic=row.topic,
                partition=row.partition,
                offset=row.record_offset,
                body=bytes(row.body),
            )
            for row in rows
        ]
        if told:
            tell(told)
            with database.transaction(DatabaseRole.INGEST, None) as connection:
                own_dead_letters(connection)
                connection.execute(_ANNOUNCED, [{"id": one.letter_id, "count": one.count} for one in told])
    return len(told)


_TRY: Final = text("SELECT pg_try_advisory_xact_lock(:kind, 0)")
_NOT_ANNOUNCED: Final = text(
    "SELECT dead_letter_id, count AS times, reason, sender, topic, partition, record_offset, body FROM dead_letters"
    " WHERE announced < count ORDER BY dead_letter_id LIMIT :limit"
)
_ANNOUNCED: Final = text("UPDATE dead_letters SET announced = :count WHERE dead_letter_id = :id")
