"""What has been kept long enough goes: raw events by whole months, and what waits in the inbox. By la_jobs.

Aggregates, submissions and the ledger of ids stay: a copy of an old event is still known as one.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

INBOX_RETAINED: Final = timedelta(days=30)
"""Like dead letters: both hold events as they came, with the people that they name."""
INBOX_AT_ONCE: Final = 5_000


def drop_oldest_month(connection: Connection, before: datetime) -> str | None:
    """Drops the oldest month of raw events all of which happened before an instant; its name, None where there is none.

    In a transaction of its own. Raises Unavailable where writers do not let it in within two seconds.
    """
    dropped: str | None = connection.execute(_DROP, {"before": before}).scalar_one()
    return dropped


def prune_inbox(connection: Connection, now: datetime) -> int:
    """Throws some events away that nobody has read in 30 days; how many. In a transaction of its own, until it gives 0.

    Rows that a reader has in hand are left to it.
    """
    values = {"before": now - INBOX_RETAINED, "limit": INBOX_AT_ONCE}
    return connection.execute(_PRUNE, values).rowcount


_DROP: Final = text("SELECT drop_raw_partition(:before)")
_PRUNE: Final = text(
    "DELETE FROM inbox WHERE inbox_id IN (SELECT inbox_id FROM inbox WHERE received_at < :before"
    " ORDER BY inbox_id LIMIT :limit FOR UPDATE SKIP LOCKED)"
)
