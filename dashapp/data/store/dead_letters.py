"""Where records go that can never be taken: with the reason, cut to a size, findable by an erasure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, insert

from dashapp.data.store.actor_hashes import actor_hashes
from dashapp.data.store.arrivals import Buried
from dashapp.data.tables import dead_letters

MAX_BODY_BYTES: Final = 65_536
"""How much of a record is kept."""
_MAX_DETAIL: Final = 500


def bury(connection: Connection, letters: Sequence[Buried], pseudonym_key: str) -> None:
    """Keeps the letters, in the caller's transaction. Any role of ingest may: a letter need not have a tenant."""
    if letters:
        connection.execute(insert(dead_letters), [_row(letter, pseudonym_key) for letter in letters])


def _row(letter: Buried, pseudonym_key: str) -> dict[str, object]:
    place, source = letter.place, letter.source
    return {
        "organisation_id": None if source is None else source.organisation_id,
        "source_id": None if source is None else source.source_id,
        "transport": "inbox" if place.partition is None else "kafka",
        "topic": place.topic,
        "partition": place.partition,
        "record_offset": place.offset,
        "reason": letter.reason.value,
        # A detail may quote the record, which may hold a NUL: PostgreSQL's texts cannot.
        "detail": letter.detail.replace("\0", "\N{REPLACEMENT CHARACTER}")[:_MAX_DETAIL],
        "body": place.body[:MAX_BODY_BYTES],
        "body_bytes": len(place.body),
        "actor_hashes": actor_hashes(place.body, pseudonym_key),
        "received_at": place.received_at or datetime.now(UTC),
    }
