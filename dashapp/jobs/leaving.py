"""The jobs by which organisations leave: exports that pages asked for, and deletions whose day has come."""

from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.store.leaving.departures import Departure, departures_to_sweep, due_departures
from dashapp.domain.audit import JOBS
from dashapp.domain.clock import Clock
from dashapp.jobs.each import for_each_organisation
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings
from exports.leaving.deleting import SWEPT_AFTER, Deletion, folders_below
from exports.leaving.exporting import Exporter

log = get_logger(__name__)


class Exports:
    """Writes what waits, and removes files whose time is over, one organisation after the other."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._exporter = Exporter(database, ExportFolder.below(settings.data_dir), clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(
            self._database, lambda organisation: self._exporter.serve(organisation, stopping), stopping
        )


class Deletions:
    """Carries out what was asked for a week ago, goes on with what was stopped, and sweeps after what is done."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._deletion = Deletion(database, folders_below(settings.data_dir), clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        now = self._clock()
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            due = due_departures(connection, now)
            done = departures_to_sweep(connection, now - SWEPT_AFTER)
        for departure in due:
            if stopping.is_set():
                return
            self._delete(departure, stopping)
        for departure in done:
            rows = self._deletion.sweep(departure)
            if rows:
                log.warning("deletion.swept", departure=departure.departure_id, rows=rows)

    def _delete(self, departure: Departure, stopping: Signal) -> None:
        self._deletion.run(departure, JOBS, stopping, lambda _table, _rows: None)
