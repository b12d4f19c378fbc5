"""The job that ends alerts about data quality when there is nothing left that they speak of."""

from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.quality import close_alerts
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.jobs.each import for_each_organisation
from dashapp.observability.logging import get_logger

log = get_logger(__name__)


class QualityAlerts:
    """Ingest judges a sender when events come; of a sender that has fallen silent this job judges."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round, one organisation after the other. Raises Unavailable."""
        for_each_organisation(self._database, self._close, stopping)

    def _close(self, organisation: OrganisationId) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            closed = close_alerts(connection, organisation, self._clock())
        if closed:
            log.info("quality.alerts_closed", organisation_id=organisation, alerts=closed)
