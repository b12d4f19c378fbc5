"""What the page of history shows, as la_jobs."""

from sqlalchemy import Connection, select

from dashapp.data.store.history_imports import list_imports
from dashapp.data.store.identified import newest_zone
from dashapp.data.tables import sources
from dashapp.domain.history import HistoryView
from dashapp.domain.keys import OrganisationId


def read_history(connection: Connection, organisation: OrganisationId) -> HistoryView:
    """The whole page."""
    own = select(sources.c.source_id, sources.c.name).where(
        sources.c.organisation_id == organisation, sources.c.enabled
    )
    senders = tuple((row.source_id, row.name) for row in connection.execute(own.order_by(sources.c.name)))
    return HistoryView(senders, list_imports(connection, organisation), newest_zone(connection, organisation))
