"""What the page about leaving shows, as la_jobs: within a fraction of a second, however much there is."""

from sqlalchemy import Connection

from dashapp.data.store.identified import newest_zone
from dashapp.data.store.leaving.copying import whose
from dashapp.data.store.leaving.departures import DepartureState, open_departure
from dashapp.data.store.leaving.exports import list_exports
from dashapp.data.store.leaving.figures import estimate_rows, read_extent
from dashapp.data.store.leaving.inventory import held_tables
from dashapp.domain.keys import OrganisationId
from dashapp.domain.leaving import LeavingView


def read_leaving(connection: Connection, organisation: OrganisationId) -> LeavingView:
    """The whole page. Raises NotFound where the organisation is gone."""
    of = whose(connection, organisation)
    departure = open_departure(connection, organisation)
    tables = [one for one in estimate_rows(connection, held_tables(), of) if one.rows]
    return LeavingView(
        name=of.name,
        title=of.title,
        zone=newest_zone(connection, organisation),
        extent=read_extent(connection, of),
        tables=tuple(sorted(tables, key=lambda one: (-one.rows, one.name))),
        exports=list_exports(connection, organisation),
        due_at=None if departure is None else departure.due_at,
        running=departure is not None and departure.state is DepartureState.RUNNING,
    )
