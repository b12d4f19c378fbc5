"""Where records go that can never be taken: with the reason, cut to a size, counted, findable by an erasure.

The same bytes of the same sender, refused for the same reason, raise a count. Different ones add rows, up to a bound
for each sender, reason and day; beyond it they are counted in one row: a flood of bad events cannot fill the disk.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, cast

from psycopg2 import extensions
from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from dashapp.data.store.actor_hashes import actor_hashes
from dashapp.data.store.arrivals import Buried, Place
from dashapp.data.store.locks import own_dead_letters
from dashapp.domain.keys import OrganisationId

MAX_BODY_BYTES: Final = 65_536
"""How much of a record is kept."""
MOST_PER_DAY: Final = 10_000
"""Rows of one sender, one reason and one day. At half a kilobyte each these are 5 MB; at worst 640."""
RETAINED: Final = timedelta(days=30)
"""How long a letter is kept after its bytes came last."""
PRUNED_AT_ONCE: Final = 5_000
_MAX_DETAIL: Final = 500
_MAX_NAME: Final = 200


@dataclass(slots=True)
class Laid:
    """What became of the letters of a batch."""

    organisations: set[OrganisationId] = field(default_factory=set)
    """Of those letters that were laid down, and of those that a replay has decided about."""


def bury(
    connection: Connection, letters: Sequence[Buried], pseudonym_key: str, most_per_day: int = MOST_PER_DAY
) -> Laid:
    """Keeps the letters, in the caller's transaction; to be called late in it. Any role of ingest may."""
    laid = Laid()
    if not letters:
        return laid
    rows: dict[bytes, dict[str, Any]] = {}
    for letter in letters:
        row = _row(letter, pseudonym_key)
        if (known := rows.setdefault(row["identity"], row)) is not row:
            known["count"] += 1
            known["last_seen_at"] = max(known["last_seen_at"], row["last_seen_at"])
    own_dead_letters(connection)
    cursor = cast(extensions.cursor, connection.connection.cursor())
    try:
        rows = _within_bounds(cursor, rows, most_per_day)
        _write(cursor, list(rows.values()))
    finally:
        cursor.close()
    laid.organisations.update(letter.source.organisation_id for letter in letters if letter.source is not None)
    return laid


def settle_replayed(connection: Connection, places: Iterable[Place], letters: Sequence[Buried]) -> list[Buried]:
    """Decides about the letters that were replayed in a batch; gives those refusals that are letters of their own.

    `places`: those of all records of the batch that came from a letter. A letter whose bytes are refused again stays
    open with the new reason; every other one has come through. A record of many events has letters of its events too.
    """
    replayed = {place.letter.letter_id for place in places if place.letter is not None}
    if not replayed:
        return list(letters)
    own_dead_letters(connection)
    known = {row.dead_letter_id: bytes(row.digest) for row in connection.execute(_DIGESTS, {"ids": sorted(replayed)})}
    again: dict[int, Buried] = {}
    rest = []
    for letter in letters:
        of = letter.place.letter
        if of is not None and known.get(of.letter_id) == _digest(letter.place.body):
            again.setdefault(of.letter_id, letter)
        else:
            rest.append(letter)
    connection.execute(_CAME_THROUGH, {"ids": sorted(known.keys() - again.keys())})
    for letter_id in sorted(again):
        _refuse_again(connection, letter_id, again[letter_id])
    return rest


def prune_letters(connection: Connection) -> int:
    """Throws some letters away whose time is over, and replays without letters; how many letters went.

    In a transaction of its own, every minute or so, until it gives 0.
    """
    own_dead_letters(connection)
    values = {"retained": RETAINED, "limit": PRUNED_AT_ONCE}
    gone = connection.execute(_PRUNE, values).rowcount
    connection.execute(_PRUNE_REPLAYS, {"retained": RETAINED})
    return gone


def organisations_of(connection: Connection, letter_ids: Collection[int]) -> set[OrganisationId]:
    """The organisations of letters, those that are known."""
    rows = connection.execute(_ORGANISATIONS, {"ids": sorted(letter_ids)})
    return {OrganisationId(row.organisation_id) for row in rows}


def _row(letter: Buried, pseudonym_key: str) -> dict[str, Any]:
    place, source = letter.place, letter.source
    origin = f"?{place.topic[:_MAX_NAME]}" if source is None else str(source.source_id)
    digest, reason, seen = _digest(place.body), letter.reason.value, place.received_at or datetime.now(UTC)
    return {
        "organisation_id": None if source is None else source.organisation_id,
        "source_id": None if source is None else source.source_id,
        "transport": "inbox" if place.partition is None else "kafka",
        "topic": place.topic,
        "partition": place.partition,
        "record_offset": place.offset,
        "reason": reason,
        "detail": _printable(letter.detail)[:_MAX_DETAIL],
        "body": place.body[:MAX_BODY_BYTES],
        "body_bytes": len(place.body),
        "actor_hashes": actor_hashes(place.body, pseudonym_key),
        "first_seen_at": seen,
        "last_seen_at": seen,
        "origin": origin,
        "sender": source.name if source is not None else _printable(place.sender or "")[:_MAX_NAME] or None,
        "digest": digest,
        "identity": _identity(origin, reason, digest),
        "count": 1,
    }


def _printable(words: str) -> str:
    """A detail may quote the record, which may hold a NUL: PostgreSQL's texts cannot."""
    return words.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _digest(body: bytes) -> bytes:
    return sha256(body).digest()


def _identity(origin: str, reason: str, digest: bytes) -> bytes:
    return sha256(f"{origin}|{reason}|".encode() + digest).digest()


def _within_bounds(
    cursor: extensions.cursor, rows: dict[bytes, dict[str, Any]], most_per_day: int
) -> dict[bytes, dict[str, Any]]:
    """The rows, with those that would be too many for their sender, reason and day counted in one of them."""
    cursor.execute("SELECT identity FROM dead_letters WHERE identity = ANY(%s)", (list(rows),))
    known = {bytes(identity) for (identity,) in cursor.fetchall()}
    room: dict[tuple[str, str], int] = {}
    kept: dict[bytes, dict[str, Any]] = {}
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for identity, row in rows.items():
        group = row["origin"], row["reason"]
        if identity in known:
            kept[identity] = row
            continue
        if group not in room:
            cursor.execute(_ROWS_TODAY, (*group, today, most_per_day))
            [(taken,)] = cursor.fetchall()
            room[group] = most_per_day - taken
        if room[group] > 0:
            room[group] -= 1
            kept[identity] = row
            continue
        whole = _only_counted(row, today, most_per_day)
        if (held := kept.setdefault(whole["identity"], whole)) is not whole:
            held["count"] += whole["count"]
            held["last_seen_at"] = max(held["last_seen_at"], whole["last_seen_at"])
    return kept


def _only_counted(row: dict[str, Any], today: datetime, most_per_day: int) -> dict[str, Any]:
    digest = _digest(f"more than {most_per_day} on {today:%Y-%m-%d}".encode())
    return {
        **row,
        "detail": f"more than {most_per_day} different ones on {today:%Y-%m-%d}: these are counted, and not kept",
        "body": b"",
        "body_bytes": 0,
        "actor_hashes": [],
        "digest": digest,
        "identity": _identity(row["origin"], row["reason"], digest),
    }


def _write(cursor: extensions.cursor, rows: Sequence[dict[str, Any]]) -> None:
    columns = list(rows[0])
    execute_values(
        cursor,
        f"""INSERT INTO dead_letters AS t ({", ".join(columns)}) VALUES %s
        ON CONFLICT (identity) DO UPDATE SET count = t.count + excluded.count,
            last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at),
            topic = excluded.topic, partition = excluded.partition, record_offset = excluded.record_offset,
            detail = excluded.detail, state = CASE t.state WHEN 'replayed' THEN 'open' ELSE t.state END""",
        [tuple(row[column] for column in columns) for row in rows],
        template="(" + ", ".join(_PLACES.get(column, "%s") for column in columns) + ")",
        page_size=500,
    )


def _refuse_again(connection: Connection, letter_id: int, letter: Buried) -> None:
    """The letter takes the new reason; where the same bytes have a letter for it already, the two become one."""
    row = _row(letter, "")
    values = {name: row[name] for name in ("reason", "detail", "organisation_id", "source_id", "origin", "sender")}
    values |= {"identity": row["identity"], "id": letter_id}
    if connection.execute(_REFUSED_AGAIN, values).rowcount == 0:
        connection.execute(_BECOMES_ONE, {"identity": row["identity"], "id": letter_id, "detail": row["detail"]})
        connection.execute(_DELETE, {"id": letter_id})


_PLACES: Final = {"actor_hashes": "%s::bytea[]"}
_ROWS_TODAY: Final = """SELECT count(*) FROM (
    SELECT FROM dead_letters WHERE origin = %s AND reason = %s AND first_seen_at >= %s LIMIT %s) AS rows"""
_DIGESTS: Final = text(
    "SELECT dead_letter_id, digest FROM dead_letters WHERE dead_letter_id = ANY(:ids) AND state = 'replaying'"
)
_CAME_THROUGH: Final = text(
    "UPDATE dead_letters SET state = 'replayed', decided_at = clock_timestamp() WHERE dead_letter_id = ANY(:ids)"
)
_REFUSED_AGAIN: Final = text(
    """UPDATE dead_letters d SET state = 'open', reason = :reason, detail = :detail, organisation_id = :organisation_id,
        source_id = :source_id, origin = :origin, sender = :sender, identity = :identity, attempts = attempts + 1
    WHERE dead_letter_id = :id
        AND NOT EXISTS (SELECT FROM dead_letters o WHERE o.identity = :identity AND o.dead_letter_id <> :id)"""
)
_BECOMES_ONE: Final = text(
    """UPDATE dead_letters o SET state = 'open', detail = :detail, count = o.count + d.count, replay_id = d.replay_id,
        attempts = greatest(o.attempts, d.attempts + 1), first_seen_at = least(o.first_seen_at, d.first_seen_at),
        last_seen_at = greatest(o.last_seen_at, d.last_seen_at)
    FROM dead_letters d WHERE o.identity = :identity AND d.dead_letter_id = :id"""
)
_DELETE: Final = text("DELETE FROM dead_letters WHERE dead_letter_id = :id")
_ORGANISATIONS: Final = text(
    "SELECT DISTINCT organisation_id FROM dead_letters WHERE dead_letter_id = ANY(:ids) AND organisation_id IS NOT NULL"
)
_PRUNE: Final = text(
    """DELETE FROM dead_letters WHERE dead_letter_id IN (
        SELECT dead_letter_id FROM dead_letters WHERE last_seen_at < clock_timestamp() - :retained
        ORDER BY last_seen_at LIMIT :limit)"""
)
_PRUNE_REPLAYS: Final = text(
    """DELETE FROM dead_letter_replays r WHERE requested_at < clock_timestamp() - :retained AND NOT EXISTS (
        SELECT FROM dead_letters d WHERE d.replay_id = r.replay_id)"""
)
