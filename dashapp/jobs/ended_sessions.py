"""The job that throws away the rows of sessions that are long over."""

from datetime import timedelta
from threading import Event as Signal
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.sessions import forget_sessions
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.jobs.each import for_each_organisation

KEPT: Final = timedelta(days=30)
"""After the last moment at which it could have been used: so long somebody can be told when it was."""


class EndedSessions:
    """Forgets sessions, their endings and their tickets, one organisation after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(self._database, self._forget, stopping)

    def _forget(self, organisation: OrganisationId) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            forget_sessions(connection, organisation, self._clock() - KEPT)
