"""The job that does what was asked for on the page of rosters."""

from threading import Event as Signal

from dashapp.data.database import Database
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import Clock
from dashapp.jobs.each import for_each_organisation
from dashapp.settings import Settings
from ingest.roster.running import RosterRuns


class RosterWork:
    """Does what waits, one organisation after the other."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._runs = RosterRuns(database, UploadFolder.below(settings.data_dir), clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(self._database, lambda organisation: self._runs.serve(organisation, stopping), stopping)
