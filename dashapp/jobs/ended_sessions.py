"""The job that throws away the rows of sessions that are long over."""

from datetime import timedelta
from threading import Event as Signal
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.data.store.sessions import forget_sessions
from dashapp.domain.clock import Clock

KEPT: Final = timedelta(days=30)
"""After the last moment at which it could have been used: so long somebody can be told when it was."""


class EndedSessions:
    """Forgets sessions, their endings and their tickets, one organisation after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = all_organisations(connection)
        for organisation, _name, _title in found:
            if stopping.is_set():
                return
            with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
                forget_sessions(connection, organisation, self._clock() - KEPT)
