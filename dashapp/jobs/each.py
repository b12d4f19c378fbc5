"""The same work for one organisation after the other, so that none keeps the others from their turn."""

from collections.abc import Callable
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import all_organisations
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.observability.logging import get_logger

log = get_logger(__name__)


def for_each_organisation(database: Database, work: Callable[[OrganisationId], object], stopping: Signal) -> None:
    """Does the work for all of them, or until it is to stop.

    Raises Unavailable at once, and what else went wrong for the first of them once all have had their turn.
    """
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        found = all_organisations(connection)
    first: Exception | None = None
    for organisation, _name, _title in found:
        if stopping.is_set():
            break
        try:
            work(organisation)
        except NotFound:
            continue  # it may have been deleted a moment ago
        except Unavailable:
            raise
        except Exception as error:
            log.exception("jobs.organisation_failed", organisation_id=organisation)
            first = first or error
    if first is not None:
        raise first
