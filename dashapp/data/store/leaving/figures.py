"""How much an organisation has, before any of it is written or taken away."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.data.store.leaving.copying import Whose, condition, row_text
from dashapp.data.store.leaving.inventory import EVENTS, HeldTable
from dashapp.domain.leaving import Extent, TableFigures

COUNTED: Final = 10_000
"""So many rows of a table are counted for a page; of more, the database's own estimate is told."""
SAMPLED: Final = 1_000
_OPEN: Final = frozenset(
    {"audit_chains", "audit_log", "audit_seals", "dead_letters", "dead_letter_replays", "organisations"}
    | {"inbox", "scope_changes", "service_keys"}
)
"""Tables of which la_jobs sees the rows of all organisations; of the others row-level security counts in already."""


def count_rows(connection: Connection, held: HeldTable, of: Whose) -> TableFigures:
    """The exact number of rows, and their size by a sample: it reads the whole table."""
    where = condition(held, of.organisation, of.sources)
    rows = connection.execute(text(f"SELECT count(*) FROM {held.name} WHERE {where}")).scalar_one()
    shown = f"CAST({row_text(held)} AS text)" if held.name == EVENTS else f"CAST(ROW({row_text(held)}) AS text)"
    sample = f"SELECT {shown} AS row FROM {held.name} WHERE {where} LIMIT {SAMPLED}"
    average = connection.execute(text(f"SELECT avg(octet_length(row)) FROM ({sample}) s")).scalar_one()
    return TableFigures(held.name, int(rows), exact=True, size=int(rows * (average or 0)))


def estimate_rows(connection: Connection, tables: Sequence[HeldTable], of: Whose) -> tuple[TableFigures, ...]:
    """The numbers of rows within a fraction of a second: exact up to `COUNTED`, about beyond that."""
    parts = [
        f"SELECT {number} AS number, count(*) AS rows FROM"
        f" (SELECT FROM {held.name} WHERE {condition(held, of.organisation, of.sources)} LIMIT {COUNTED + 1}) t{number}"
        for number, held in enumerate(tables)
    ]
    counted = {row.number: row.rows for row in connection.execute(text(" UNION ALL ".join(parts)))}
    return tuple(_estimated(connection, held, of, counted[number]) for number, held in enumerate(tables))


def _estimated(connection: Connection, held: HeldTable, of: Whose, counted: int) -> TableFigures:
    if counted <= COUNTED:
        return TableFigures(held.name, counted, exact=True)
    # Row-level security has the same condition: said twice, the planner would take it for two.
    where = f" WHERE {condition(held, of.organisation, of.sources)}" if held.name in _OPEN else ""
    answer = connection.execute(text(f"EXPLAIN (FORMAT JSON) SELECT FROM {held.name}{where}")).scalar_one()
    plan: Any = json.loads(answer) if isinstance(answer, str) else answer
    return TableFigures(held.name, max(counted, int(plan[0]["Plan"]["Plan Rows"])), exact=False)


def read_extent(connection: Connection, of: Whose) -> Extent:
    """People (those merged counted once), courses, senders, and the first and the last local day with learning."""
    values: Mapping[str, object] = {"organisation": of.organisation}
    return Extent(**connection.execute(_EXTENT, values).mappings().one())


# Days of aggregates go back further than raw events do, and are few: a page reads them without looking at an event.
_EXTENT: Final = text(
    "SELECT (SELECT count(*) FROM people WHERE organisation_id = :organisation AND merged_into IS NULL) AS people,"
    " (SELECT count(*) FROM courses WHERE organisation_id = :organisation) AS courses,"
    " (SELECT count(*) FROM sources WHERE organisation_id = :organisation) AS senders,"
    " (SELECT min(day) FROM organisation_days WHERE organisation_id = :organisation) AS first_day,"
    " (SELECT max(day) FROM organisation_days WHERE organisation_id = :organisation) AS last_day"
)
