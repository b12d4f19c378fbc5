"""Writers that fell silent in the middle of a COPY: stopped, swapped out, on a machine that sleeps.

PostgreSQL ends a transaction that its process forgot between two statements. Within a COPY it waits for its client
without end, and no timeout counts there, so that what such a writer has locked would stay locked until it wakes up.
"""

from typing import Final

from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole

SILENT: Final = 30.0
"""Seconds. A batch's whole transaction takes about one."""

# A session may be ended by its own login only, and an ingest process is logged in as the others are.
_AS_LOGIN: Final = text("SET LOCAL ROLE NONE")
_END: Final = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = session_user AND application_name = :role"
    " AND state = 'active' AND wait_event IN ('ClientRead', 'ClientWrite')"
    " AND query_start < clock_timestamp() - make_interval(secs => :silent)"
)


def end_silent_writers(database: Database, silent: float = SILENT) -> int:
    """Ends the sessions of ingest that have waited `silent` seconds for their client; gives how many there were.

    Whoever wakes up finds its transaction undone, and begins again. Raises Unavailable.
    """
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        connection.execute(_AS_LOGIN)
        return int(connection.execute(_END, {"role": DatabaseRole.INGEST.value, "silent": silent}).scalar_one())
