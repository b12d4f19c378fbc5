"""The job that checks and brings in the histories that administrators have asked for."""

from threading import Event as Signal

from dashapp.data.database import Database
from dashapp.domain.clock import Clock
from dashapp.jobs.each import for_each_organisation
from dashapp.settings import Settings
from ingest.history.serving import HistoryWork


class Histories:
    """Works on what waits, one import of an organisation at a time."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._work = HistoryWork(settings, database, clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable; what has been brought to safety stays so, and the next round goes on."""
        for_each_organisation(self._database, lambda organisation: self._work.serve(organisation, stopping), stopping)
