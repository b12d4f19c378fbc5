"""Rows of statements, and plans that a connection keeps.

What a page asks of one course joins a dozen tables to find a few hundred rows: PostgreSQL plans that for longer than it
answers it. So a statement that is to be planned once is prepared on its connection at first use, and executed by its
name from then on. All such plans are made for any values (`plan_cache_mode`, set where connections of the web role
are made), so a statement whose best plan depends on its values is none of these.
"""

from collections import OrderedDict
from contextlib import closing
from functools import lru_cache
from typing import Any, Final

from psycopg2.extensions import AsIs
from sqlalchemy import Connection, CursorResult, Dialect, TextualSelect, column, text

from dashapp.data.queries.shapes import MOST_SHAPES, ONE_AT_A_TIME, Shape, Shaped

MOST_PREPARED: Final = 100
"""On one connection; each takes its server process some 100 KB."""
_PREPARED: Final = "prepared"
"""What a connection's notes call the names that it knows."""


def rows_of(connection: Connection, asked: Shaped) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement."""
    if not asked.planned_once:
        return connection.execute(asked.shape.statement, asked.values)
    written, values = _written(asked.shape, connection.dialect)
    prepare(connection, f"la_rows_{asked.shape.number}", asked.shape, written, values)
    return connection.execute(_executed(asked.shape), asked.values)


def executing(shape: Shape, name: str, marked: str) -> str:
    """The text that executes a prepared statement; `marked`: a parameter of the driver, with `{}` for its name."""
    given = ", ".join(marked.format(each) for each in shape.parameters)
    return f"EXECUTE {name}({given})" if given else f"EXECUTE {name}"


def prepare(connection: Connection, name: str, shape: Shape, written: str, values: Any) -> None:
    """Makes a statement known to the connection by its name, unless it is; `values`: those that it holds itself."""
    known: OrderedDict[str, None] = connection.info.setdefault(_PREPARED, OrderedDict())
    if name in known:
        known.move_to_end(name)
        return
    types = ", ".join(shape.parameters.values())
    places = {each: AsIs(f"${place}") for place, each in enumerate(shape.parameters, 1)}
    with closing(connection.connection.cursor()) as cursor:
        if len(known) >= MOST_PREPARED:
            cursor.execute(f"DEALLOCATE {known.popitem(last=False)[0]}")
        cursor.execute(f"PREPARE {name}{f' ({types})' if types else ''} AS {written}", {**values, **places})
    known[name] = None


@lru_cache(maxsize=MOST_SHAPES)
def _written(shape: Shape, dialect: Dialect) -> tuple[str, Any]:
    with ONE_AT_A_TIME:
        compiled = shape.statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), compiled.params


@lru_cache(maxsize=MOST_SHAPES)
def _executed(shape: Shape) -> TextualSelect:
    columns = [column(str(each.key), each.type) for each in shape.statement.selected_columns]
    return text(executing(shape, f"la_rows_{shape.number}", ":{}")).columns(*columns)
