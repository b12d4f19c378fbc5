"""The job that checks and brings in the histories that administrators have asked for."""

from contextlib import suppress
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound
from dashapp.settings import Settings
from ingest.history.serving import HistoryWork


class Histories:
    """Works on what waits, one import of an organisation at a time."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._work = HistoryWork(settings, database, clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable; what has been brought to safety stays so, and the next round goes on."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = all_organisations(connection)
        for organisation, _name, _title in found:
            if stopping.is_set():
                return
            # It may have been deleted a moment ago.
            with suppress(NotFound):
                self._work.serve(organisation, stopping)
