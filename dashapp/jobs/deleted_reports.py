"""The job that throws away reports that were deleted long ago."""

from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.reports import forget_deleted
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.domain.reports.keeping import KEPT_DELETED
from dashapp.jobs.each import for_each_organisation


class DeletedReports:
    """Forgets them with their versions and shares, one organisation after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(self._database, self._forget, stopping)

    def _forget(self, organisation: OrganisationId) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            forget_deleted(connection, self._clock() - KEPT_DELETED)
