"""Whose pages may show ours in a frame, as it was registered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.store.locks import own_frames
from dashapp.data.tables import frame_origins
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId

LONGEST_TOGETHER: Final = 2000
"""Characters of all origins of an organisation, each with a space: they stand in one header, and proxies take 4 KiB of
headers at the least."""


class FramesFull(AnalyticsError):
    """An organisation has registered as many origins as one header bears."""


def register_frame_origin(
    connection: Connection, organisation: OrganisationId, origin: str, source: str, at: datetime
) -> None:
    """Lets pages of an origin frame ours. `source`: by what; an origin stays as long as any source names it.

    Raises FramesFull, after which the transaction is to be given up.
    """
    own_frames(connection, organisation)
    row = {"organisation_id": organisation, "origin": origin, "source": source, "added_at": at}
    connection.execute(insert(frame_origins).values(row).on_conflict_do_nothing())
    each = select(frame_origins.c.origin).where(frame_origins.c.organisation_id == organisation).distinct().subquery()
    together = connection.execute(select(func.sum(func.length(each.c.origin) + 1))).scalar_one()
    if together > LONGEST_TOGETHER:
        raise FramesFull("No more pages can be named that may show ours in a frame: take others back first.")


def withdraw_frame_origins(connection: Connection, organisation: OrganisationId, source: str) -> int:
    """Takes back all that a source has registered; gives how many origins that were."""
    done = connection.execute(
        delete(frame_origins).where(frame_origins.c.organisation_id == organisation, frame_origins.c.source == source)
    )
    return done.rowcount


def named_frame_origins(connection: Connection, organisation: OrganisationId) -> list[tuple[str, str]]:
    """(origin, source) of one organisation, by origin."""
    chosen = select(frame_origins.c.origin, frame_origins.c.source)
    rows = connection.execute(
        chosen.where(frame_origins.c.organisation_id == organisation).order_by(frame_origins.c.origin)
    )
    return [(row.origin, row.source) for row in rows]


def read_frame_origins(connection: Connection) -> Sequence[tuple[OrganisationId, str]]:
    """(organisation, origin) of all organisations, each once, in order."""
    found = connection.execute(
        select(frame_origins.c.organisation_id, frame_origins.c.origin).distinct().order_by(frame_origins.c.origin)
    )
    return [(OrganisationId(row.organisation_id), row.origin) for row in found]
