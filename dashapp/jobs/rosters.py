"""Has the rosters of learning platforms read that nobody has launched from for a while."""

from threading import Event as Signal

from dashapp.data.database import Database
from dashapp.data.store.lti.members import limits_from
from dashapp.domain.clock import Clock
from dashapp.jobs.each import for_each_organisation
from dashapp.security.lti.rosters import Rosters
from dashapp.security.lti.services import PlatformServices
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.outgoing import Outgoing
from dashapp.settings import Settings


class RosterReading:
    """The job. Two processes that do it at once read a roster twice, with the same outcome."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        """Asks nobody yet."""
        services = PlatformServices(Outgoing(settings), SigningKeys(database, settings.secret_keys, clock), clock)
        limits = limits_from(settings.data_retention_days, settings.future_tolerance)
        self._rosters = Rosters(database, clock, services, limits)
        self._database = database

    def run(self, stop: Signal) -> None:
        """Reads what is due, one organisation after the other. Raises Unavailable."""
        for_each_organisation(self._database, lambda organisation: self._rosters.sync_due([organisation], stop), stop)
