"""Removes the files that administrators have sent and that are kept no longer."""

from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.uploads import expire_uploads
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.jobs.each import for_each_organisation
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings

log = get_logger(__name__)


class Uploads:
    """The job. Two processes that do it at once remove the same files."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database = database
        self._folder = UploadFolder.below(settings.data_dir)
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round, one organisation after the other. Raises Unavailable."""
        for_each_organisation(self._database, self._tidy, stopping)

    def _tidy(self, organisation: OrganisationId) -> None:
        public_id = own_address(self._database, organisation)
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            kept = expire_uploads(connection, organisation, self._clock())
        gone = self._folder.tidy(public_id, kept)
        if gone:
            log.info("uploads.removed", organisation_id=organisation, files=gone)
