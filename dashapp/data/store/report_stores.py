"""The store of an organisation as it is kept: its secret as somebody else has sealed it. All as la_jobs."""

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import report_stores
from dashapp.domain.keys import OrganisationId
from dashapp.domain.schedules.stores import ReportStore

own = report_stores.c


def read_store(connection: Connection, organisation: OrganisationId) -> tuple[ReportStore, str] | None:
    """The store and its sealed secret; None where none is set."""
    row = connection.execute(select(report_stores).where(own.organisation_id == organisation)).one_or_none()
    if row is None:
        return None
    store = ReportStore(row.endpoint, row.region, row.bucket, row.prefix, row.path_style, row.access_key)
    return store, row.sealed_secret


def set_store(
    connection: Connection, organisation: OrganisationId, store: tuple[ReportStore, str], by: str, now: datetime
) -> None:
    """Sets the store, with its sealed secret. `by`: the public id of an administrator."""
    one, sealed = store
    values = {
        "endpoint": one.endpoint,
        "region": one.region,
        "bucket": one.bucket,
        "prefix": one.prefix,
        "path_style": one.path_style,
        "access_key": one.access_key,
        "sealed_secret": sealed,
        "set_by": by,
        "set_at": now,
    }
    connection.execute(
        insert(report_stores)
        .values(organisation_id=organisation, **values)
        .on_conflict_do_update(index_elements=["organisation_id"], set_=values)
    )


def remove_store(connection: Connection, organisation: OrganisationId) -> bool:
    """Takes the store away; False where there was none."""
    return connection.execute(delete(report_stores).where(own.organisation_id == organisation)).rowcount > 0
