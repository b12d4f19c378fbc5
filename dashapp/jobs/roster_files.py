"""The job that takes in the rosters which sources leave in a folder or at an address."""

from threading import Event as Signal

from dashapp.data.database import Database
from dashapp.domain.clock import Clock
from dashapp.jobs.each import for_each_organisation
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
        for_each_organisation(self._database, lambda organisation: self._pulling.look(organisation, stopping), stopping)
