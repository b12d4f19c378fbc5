"""The chain of seals over the audit trail: canonical bytes of a row, hashes, and the proof that nothing was changed.

The hash of a row is SHA-256 of the hash before it and the row's bytes, so that who changes, takes out, puts in or
swaps rows has to make all later hashes anew. Whoever may write everything could do that: against them helps a head of
the chain that was noted outside of the database (`Verdict.head`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, text

NOBODYS: Final = 0
"""The chain of rows that belong to no organisation."""
BACKDATED: Final = timedelta(hours=1)
"""A row that says it is so much older than one before it was not written when it says: no transaction takes as long."""
READ_AT_ONCE: Final = 5_000

COLUMNS: Final = (
    "l.audit_id, l.organisation_id, l.at, l.actor, l.action, l.subject, l.detail, l.page, l.role, l.origin, l.method,"
    " l.quarter"
)


def first_hash(organisation: int) -> bytes:
    """What stands before the first row of a chain: no two chains begin alike."""
    return sha256(f"audit chain {organisation}".encode()).digest()


def next_hash(before: bytes, row: Any) -> bytes:
    """The hash of a row (with the names of `COLUMNS`) behind the one before it."""
    return sha256(before + canonical(row)).digest()


def canonical(row: Any) -> bytes:
    """The bytes of a row: JSON with sorted names, ASCII only, no spaces, instants in UTC to the microsecond."""
    said = {
        "audit_id": row.audit_id,
        "organisation_id": row.organisation_id,
        "at": _instant(row.at),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
        "page": row.page,
        "role": row.role,
        "origin": row.origin,
        "method": row.method,
        "quarter": _instant(row.quarter),
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain, to be noted somewhere else."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"

    @classmethod
    def parse(cls, given: str) -> "Head":
        """From its text. Raises ValueError."""
        position, _, hexadecimal = given.partition(":")
        found = cls(int(position), bytes.fromhex(hexadecimal))
        if found.position < 1 or len(found.hash) != sha256().digest_size:
            raise ValueError("a head reads position:hash")
        return found


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold first, and what is wrong there."""

    position: int
    audit_id: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """Rows behind the end of the chain, which nothing protects yet."""

    rows: int
    first_id: int
    last_id: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification of one chain found."""

    head: Head
    """What the chain says its end is; position 0 where nothing has been sealed."""
    broken: Break | None
    unsealed: Unsealed | None


def chains(connection: Connection) -> list[tuple[int, str | None]]:
    """(organisation, short name) of every chain there is or should be; no name where there is no such organisation."""
    return [(row.key, row.name) for row in connection.execute(_CHAINS)]


def verify_chain(connection: Connection, organisation: int, expected: Head | None = None) -> Verdict:
    """Recounts a whole chain in one snapshot. In a transaction of la_jobs that has done nothing else.

    `expected`: a head that was noted outside of the database; a chain without it has been made anew.
    """
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    chain = connection.execute(_CHAIN, {"organisation": organisation}).one_or_none()
    head = Head(0, first_hash(organisation)) if chain is None else Head(chain.position, bytes(chain.hash))
    return Verdict(head, _first_break(connection, organisation, head, expected), _unsealed(connection, organisation))


def chain_of(connection: Connection, head: Head) -> int | None:
    """The organisation in whose chain a head that was noted stands, or stood as the chain went on; None: nowhere."""
    found = connection.execute(_CHAIN_OF, {"position": head.position, "hash": head.hash}).scalars().first()
    return None if found is None else int(found)


def _first_break(connection: Connection, organisation: int, head: Head, expected: Head | None) -> Break | None:
    before, position, newest = first_hash(organisation), 0, None
    for row in _sealed(connection, organisation):
        position += 1
        if row.position != position:
            return Break(position, None, "its seal is missing")
        if row.audit_id is None:
            return Break(position, row.sealed_id, "its row is gone")
        before = next_hash(before, row)
        if before != bytes(row.hash):
            return Break(position, row.audit_id, "the row, its seal or what stands before it has been changed")
        if newest is not None and row.at < newest - BACKDATED:
            return Break(position, row.audit_id, "it was written later than it says")
        newest = row.at if newest is None else max(newest, row.at)
        if expected is not None and position == expected.position and before != expected.hash:
            return Break(position, row.audit_id, "the chain has been made anew: it is not the one that was noted")
    if expected is not None and position < expected.position:
        return Break(position + 1, None, "the chain ends before the head that was noted")
    if position < head.position:
        return Break(position + 1, None, f"the seals from here to {head.position} are gone")
    if position > head.position or before != head.hash:
        return Break(position, None, "the chain does not end where it says")
    return None


def _sealed(connection: Connection, organisation: int) -> Iterator[Any]:
    result = connection.execute(
        _SEALED, {"organisation": organisation}, execution_options={"stream_results": True, "yield_per": READ_AT_ONCE}
    )
    for part in result.partitions():
        yield from part


def _unsealed(connection: Connection, organisation: int) -> Unsealed | None:
    row = connection.execute(_UNSEALED, {"organisation": organisation}).one()
    return Unsealed(row.rows, row.first_id, row.last_id, float(row.oldest)) if row.rows else None


_CHAINS: Final = text(
    "SELECT key, o.name FROM (SELECT organisation_id AS key FROM organisations UNION SELECT organisation_id FROM"
    f" audit_chains UNION SELECT {NOBODYS}) AS known LEFT JOIN organisations o ON o.organisation_id = key ORDER BY key"
)
_CHAIN_OF: Final = text(
    "SELECT s.organisation_id FROM audit_chains c JOIN audit_seals s ON s.organisation_id = c.organisation_id"
    " AND s.position = :position WHERE s.hash = :hash"
)
_CHAIN: Final = text("SELECT position, hash FROM audit_chains WHERE organisation_id = :organisation")
_SEALED: Final = text(
    f"SELECT s.position, s.audit_id AS sealed_id, s.hash, {COLUMNS}"
    " FROM audit_seals s LEFT JOIN audit_log l ON l.audit_id = s.audit_id"
    " WHERE s.organisation_id = :organisation ORDER BY s.position"
)
_UNSEALED: Final = text(
    "SELECT count(*) AS rows, min(l.audit_id) AS first_id, max(l.audit_id) AS last_id,"
    " extract(epoch FROM clock_timestamp() - min(l.at)) AS oldest"
    " FROM audit_log l WHERE coalesce(l.organisation_id, 0) = :organisation"
    " AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.audit_id)"
)
