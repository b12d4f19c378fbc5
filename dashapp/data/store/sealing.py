"""Seals new rows of the audit trail into the chains of their organisations, by la_jobs alone.

A row is sealed when it is seen for the first time, whatever its key: one whose transaction ended late stands behind
rows with larger keys. What is new is found by the transactions that wrote it: all that were under way at the round
before, and later ones. So nothing is missed, and a transaction that takes hours holds nothing up.
"""

from threading import Event as Signal
from typing import Any, Final

from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.chain import COLUMNS, Head, first_hash, next_hash

SEALED_AT_ONCE: Final = 5_000
"""Rows in a transaction: a tail of days is caught up in portions."""


class Sealer:
    """Any number may run at once: a chain's row is locked by whoever adds to it."""

    def __init__(self, database: Database) -> None:
        """Begins with a look at every row there is."""
        self._database = database
        self._since = 0
        """Rows of earlier transactions have been sealed."""

    def seal(self, stopping: Signal) -> dict[int, Head]:
        """Seals what is there; the new heads by organisation, 0 for no organisation. Raises Unavailable: then a part
        of it may have been sealed."""
        heads: dict[int, Head] = {}
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            # In one statement, so that all who may still commit are at or behind the horizon.
            found = connection.execute(_NEW, {"since": self._since}).one()
        for organisation in found.organisations:
            while not stopping.is_set():
                head, rows = self._seal_portion(organisation)
                if rows:
                    heads[organisation] = head
                if rows < SEALED_AT_ONCE:
                    break
        if not stopping.is_set():
            # After a restore into another cluster the numbers of transactions begin low again.
            self._since = int(found.horizon)
        return heads

    def _seal_portion(self, organisation: int) -> tuple[Head, int]:
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            head = _own(connection, organisation)
            # A statement of its own: its snapshot is taken when the chain is ours.
            rows = connection.execute(
                _UNSEALED, {"organisation": organisation, "since": self._since, "limit": SEALED_AT_ONCE}
            ).all()
            if rows:
                head = _append(connection, organisation, head, rows)
            return head, len(rows)


def _own(connection: Connection, organisation: int) -> Head:
    """The end of the chain, kept from everybody else until the transaction ends."""
    connection.execute(_BEGIN, {"organisation": organisation, "hash": first_hash(organisation)})
    chain = connection.execute(_OWN, {"organisation": organisation}).one()
    return Head(chain.position, bytes(chain.hash))


def _append(connection: Connection, organisation: int, head: Head, rows: Any) -> Head:
    seals, position, before = [], head.position, head.hash
    for row in rows:
        position, before = position + 1, next_hash(before, row)
        seals.append((organisation, position, row.audit_id, before))
    cursor = connection.connection.cursor()
    try:
        statement = "INSERT INTO audit_seals (organisation_id, position, audit_id, hash) VALUES %s"
        execute_values(cursor, statement, seals, page_size=1000)
    finally:
        cursor.close()
    connection.execute(_END, {"organisation": organisation, "position": position, "hash": before})
    return Head(position, before)


_NEW: Final = text(
    "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS horizon, ARRAY("
    "   SELECT DISTINCT coalesce(l.organisation_id, 0) FROM audit_log l WHERE l.entered >= :since"
    "   AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.audit_id) ORDER BY 1) AS organisations"
)
_BEGIN: Final = text(
    "INSERT INTO audit_chains (organisation_id, position, hash, sealed_at)"
    " VALUES (:organisation, 0, :hash, clock_timestamp()) ON CONFLICT DO NOTHING"
)
_OWN: Final = text("SELECT position, hash FROM audit_chains WHERE organisation_id = :organisation FOR UPDATE")
_UNSEALED: Final = text(
    f"SELECT {COLUMNS} FROM audit_log l"
    " WHERE l.entered >= :since AND coalesce(l.organisation_id, 0) = :organisation"
    " AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.audit_id) ORDER BY l.audit_id LIMIT :limit"
)
_END: Final = text(
    "UPDATE audit_chains SET position = :position, hash = :hash, sealed_at = clock_timestamp()"
    " WHERE organisation_id = :organisation"
)
