"""Removes the files that administrators have sent and that are kept no longer."""

from contextlib import suppress
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.identified import all_organisations
from dashapp.data.store.uploads import expire_uploads
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId
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
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = all_organisations(connection)
        for organisation, _name, _title in found:
            if stopping.is_set():
                return
            # It may have been deleted a moment ago.
            with suppress(NotFound):
                self._tidy(organisation)

    def _tidy(self, organisation: OrganisationId) -> None:
        public_id = own_address(self._database, organisation)
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            kept = expire_uploads(connection, organisation, self._clock())
        gone = self._folder.tidy(public_id, kept)
        if gone:
            log.info("uploads.removed", organisation_id=organisation, files=gone)
