"""The job that does what was asked for on the page of rosters."""

from contextlib import suppress
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound
from dashapp.settings import Settings
from ingest.roster.running import RosterRuns


class RosterWork:
    """Does what waits, one organisation after the other."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._runs = RosterRuns(database, UploadFolder.below(settings.data_dir), clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = all_organisations(connection)
        for organisation, _name, _title in found:
            if stopping.is_set():
                return
            # It may have been deleted a moment ago.
            with suppress(NotFound):
                self._runs.serve(organisation, stopping)
