"""The job that takes in the rosters which sources leave in a folder or at an address."""

from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.domain.clock import Clock
from dashapp.security.outgoing import Outgoing
from dashapp.settings import Settings
from ingest.roster.pulling import Pulling


class RosterFiles:
    """Looks where it is time to. Two processes that do it at once take a roster in once: the second one is told."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._pulling = Pulling(database, settings, Outgoing(settings), clock)

    def run(self, stopping: Signal) -> None:
        """One round, one organisation after the other. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = all_organisations(connection)
        for organisation, name, _title in found:
            self._pulling.look(organisation, name, stopping)
