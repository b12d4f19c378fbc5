"""The transport inside of the database: a queue whose rows are taken out by the transaction that writes their events.

Not a sequence: a row that commits late has a lower id than rows that were taken before, and is taken all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final

from psycopg2.extras import execute_values
from sqlalchemy import ARRAY, BigInteger, Connection, Integer, bindparam, text

from dashapp.data.store.actor_hashes import actor_hashes
from dashapp.data.store.arrivals import Letter
from dashapp.domain.keys import SourceId

SLOTS: Final = 64
"""Readers share the slots among them. What one actor sends falls into one slot."""
CHANNEL: Final = "la_inbox"
"""The channel on which waiting readers are woken."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of bodies that are taken at once."""
_LISTEN: Final = text(f"LISTEN {CHANNEL}")
_PATIENCE: Final = text("SELECT set_config('statement_timeout', :milliseconds, true)")
_PUT: Final = "INSERT INTO inbox (slot, source_id, topic, body, actor_hashes, received_at) VALUES %s"

_PUT_BACK: Final = """INSERT INTO inbox
    (slot, source_id, topic, body, actor_hashes, dead_letter_id, first_seen_at, received_at) VALUES %s"""
_ROW_BACK: Final = "(%s, %s, %s, %s, %s::bytea[], %s, %s, clock_timestamp())"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message of the inbox. `received_at` is when it was put there, aware."""

    inbox_id: int
    source_id: SourceId
    topic: str
    body: bytes
    received_at: datetime
    letter: Letter | None = None
    """The dead letter that it is a replay of."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A dead letter on its way back."""

    source_id: int
    topic: str
    body: bytes
    letter: Letter


def listen(connection: Connection) -> None:
    """Has the connection hear of everything that is put into the inbox from now on."""
    connection.execute(_LISTEN)


def wait_at_most(connection: Connection, milliseconds: int) -> None:
    """No statement of this transaction takes longer: somebody waits for its answer."""
    connection.execute(_PATIENCE, {"milliseconds": str(milliseconds)})


def put_back(connection: Connection, returned: Sequence[Returned], pseudonym_key: str) -> None:
    """Puts dead letters into the inbox again; they can be taken when the caller's transaction commits."""
    rows = []
    for one in returned:
        hashes = actor_hashes(one.body, pseudonym_key)
        said = one.letter.letter_id, one.letter.first_seen_at
        rows.append((_slot(hashes, one.body), one.source_id, one.topic, one.body, hashes, *said))
    cursor = connection.connection.cursor()
    try:
        execute_values(cursor, _PUT_BACK, rows, template=_ROW_BACK, page_size=500)
    finally:
        cursor.close()
    connection.execute(_WAKE, {"channel": CHANNEL})


def _slot(hashes: Sequence[bytes], body: bytes) -> int:
    return blake2b(b"".join(hashes) or body, digest_size=1).digest()[0] % SLOTS


def put(connection: Connection, source_id: SourceId, topic: str, bodies: Sequence[bytes], pseudonym_key: str) -> None:
    """Puts messages into the inbox; they can be taken, and readers wake, when the caller's transaction commits."""
    rows = []
    for body in bodies:
        hashes = actor_hashes(body, pseudonym_key)
        rows.append((_slot(hashes, body), source_id, topic, body, hashes))
    cursor = connection.connection.cursor()
    try:
        execute_values(cursor, _PUT, rows, template="(%s, %s, %s, %s, %s::bytea[], clock_timestamp())", page_size=500)
    finally:
        cursor.close()
    connection.execute(_WAKE, {"channel": CHANNEL})


def take(
    connection: Connection, limit: int, slots: Sequence[int] | None = None, most_bytes: int = MOST_BYTES
) -> list[Waiting]:
    """Up to `limit` messages that nobody else is taking, locked to the end of the caller's transaction.

    About the oldest first, and only so many that their bodies have about `most_bytes` together, at least one. `slots`:
    only of these; None: of all.
    """
    values: dict[str, Any] = {"limit": limit}
    if slots is not None:
        values["slots"] = list(slots)
    # The sizes are looked at before the bodies are read: a few thousand messages may be a gigabyte. In two statements,
    # since a join would be planned for the inbox as it was when it was last vacuumed: empty.
    locked = connection.execute(_LOCK if slots is None else _LOCK_SLOTS, values).all()
    before = accumulate((row.bytes for row in locked), initial=0)
    chosen = [row.inbox_id for row, so_far in zip(locked, before, strict=False) if so_far < most_bytes]
    rows = connection.execute(_READ, {"ids": chosen}) if chosen else ()
    return [
        Waiting(row.inbox_id, SourceId(row.source_id), row.topic, bytes(row.body), row.received_at, _letter(row))
        for row in rows
    ]


def remove(connection: Connection, inbox_ids: Sequence[int]) -> None:
    """Takes messages out, in the transaction that wrote their events."""
    connection.execute(_REMOVE, {"ids": list(inbox_ids)})


def _letter(row: Any) -> Letter | None:
    return None if row.dead_letter_id is None else Letter(row.dead_letter_id, row.first_seen_at)


_WAKE = text("SELECT pg_notify(:channel, '')")
_LOCK = text(
    "SELECT inbox_id, octet_length(body) AS bytes FROM inbox ORDER BY inbox_id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_LOCK_SLOTS = text(
    "SELECT inbox_id, octet_length(body) AS bytes FROM inbox WHERE slot = ANY(:slots) ORDER BY inbox_id"
    " LIMIT :limit FOR UPDATE SKIP LOCKED"
).bindparams(bindparam("slots", type_=ARRAY(Integer)))
_READ = text(
    "SELECT inbox_id, source_id, topic, body, received_at, dead_letter_id, first_seen_at FROM inbox"
    " WHERE inbox_id = ANY(:ids) ORDER BY inbox_id"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
_REMOVE = text("DELETE FROM inbox WHERE inbox_id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
