"""Takes the rows of an organisation away, a portion at a time, each in a transaction of its own. As la_jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from dashapp.data.store.leaving.copying import condition
from dashapp.data.store.leaving.inventory import EVENTS, HeldTable, held_tables
from dashapp.data.store.scope_changes import forget_organisation
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId

PORTION: Final = 50_000
"""Rows that go in one transaction: a second or two."""
_CHANGES: Final = "scope_changes"
LAST: Final = frozenset(
    # Processes hear of ended sessions by the first, and of changes by the second; writers that are still at work need
    # the others until they have forgotten the senders.
    {"ended_sessions", _CHANGES, "organisation_time_zones", "sources", "organisation_exports", "organisations"}
)
"""Tables that are emptied at the very end, all in one transaction; none of them is large."""


class StillReferred(AnalyticsError):
    """A row cannot go yet: something that came meanwhile points to it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what goes: a table, of raw events one month of it."""

    held: HeldTable
    month: tuple[date, date] | None = None


def parts(connection: Connection) -> Iterator[Part]:
    """Everything that goes in portions, in an order in which nothing points to what is gone."""
    for held in reversed(held_tables()):
        if held.name == EVENTS:
            for row in connection.execute(_MONTHS).all():
                yield Part(held, (row.first, row.next))
        elif held.name not in LAST:
            yield Part(held)


def remove_portion(
    connection: Connection, part: Part, organisation: OrganisationId, sources: Sequence[int], most: int = PORTION
) -> int:
    """Takes some rows away; how many. In a transaction of its own, until it gives 0. Raises StillReferred."""
    where = condition(part.held, organisation, sources)
    if part.month is not None:
        first, following = part.month
        where = f"{where} AND occurred_at >= '{first}' AND occurred_at < '{following}'"
    found = f"SELECT ctid FROM {part.held.name} WHERE {where} LIMIT {int(most)}"
    statement = text(f"DELETE FROM {part.held.name} WHERE {where} AND ctid = ANY(ARRAY({found}))")
    return _done(connection, statement)


def remove_rest(connection: Connection, organisation: OrganisationId, sources: Sequence[int]) -> dict[str, int]:
    """Takes away whatever is left, the organisation itself at the end; the number of rows by table.

    Raises StillReferred: then nothing of it may be committed.
    """
    gone = {}
    for held in reversed(held_tables()):
        if held.name == _CHANGES:
            gone[held.name] = forget_organisation(connection, organisation)
        elif held.name != "organisations":
            where = condition(held, organisation, sources)
            gone[held.name] = _done(connection, text(f"DELETE FROM {held.name} WHERE {where}"))
    gone["organisations"] = _done(connection, text(f"DELETE FROM organisations WHERE {_OWN.format(int(organisation))}"))
    return {table: rows for table, rows in gone.items() if rows}


def _done(connection: Connection, statement: object) -> int:
    try:
        return int(connection.execute(statement).rowcount)  # type: ignore[call-overload]  # a text
    except IntegrityError as error:
        raise StillReferred("Something that came meanwhile points to what is to go.") from error


_OWN: Final = "organisation_id = {}"
_MONTHS: Final = text(
    "SELECT to_date(right(c.relname, 7), 'YYYY\"m\"MM') AS first,"
    " (to_date(right(c.relname, 7), 'YYYY\"m\"MM') + interval '1 month')::date AS next"
    " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'raw_events'::regclass"
    " ORDER BY c.relname"
)
