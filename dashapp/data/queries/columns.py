"""Many rows as numpy columns, by PostgreSQL's binary COPY.

Why not plain rows: a large course has 100,000 learner-days in a page's range. As Python rows these cost some 0.3 s,
as one binary block 0.03 s, and every figure is computed from arrays anyway. All columns must have a fixed width, so
what may be null is given with `or_missing`.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Dialect,
    Double,
    Integer,
    SmallInteger,
    Uuid,
    cast,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.queries.planned import executing, prepare
from dashapp.data.queries.shapes import MOST_SHAPES, ONE_AT_A_TIME, Shape, Shaped, Statement
from dashapp.domain.errors import Unavailable
from dashapp.domain.localtime import MINUTES_PER_DAY

ROW_LIMIT = 2_000_000
"""More rows than any page needs: a statement that would return more is an error, not a slow page."""
MISSING_DAY = 0
"""The ordinal that stands for no day."""

_EPOCH_DAY = date(2000, 1, 1).toordinal()
_EPOCH_MICROS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_NO_DAY = np.iinfo(np.int32).min
_NO_MOMENT = np.iinfo(np.int64).min
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ARRAY_HEADER_BYTES = 20
"""Of one dimension."""

Array = NDArray[Any]

__all__ = ["MISSING_DAY", "ROW_LIMIT", "Array", "Statement", "or_missing", "read_columns"]


@dataclass(frozen=True, slots=True)
class _Wire:
    dtype: Any
    width: int


_WIRES: tuple[tuple[type, _Wire], ...] = (
    (BigInteger, _Wire(">i8", 8)),
    (SmallInteger, _Wire(">i2", 2)),
    (Integer, _Wire(">i4", 4)),
    (Double, _Wire(">f8", 8)),
    (Boolean, _Wire("u1", 1)),
    (Date, _Wire(">i4", 4)),
    (DateTime, _Wire(">i8", 8)),
    (Uuid, _Wire((">u8", (2,)), 16)),
)


def or_missing(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column with a value in place of null, that reads back as missing: NaN, day 0, no minute."""
    stand_in: ColumnElement[Any]
    if isinstance(column.type, Date):
        stand_in = literal_column("'-infinity'::date", Date)
    elif isinstance(column.type, DateTime):
        stand_in = literal_column("'-infinity'::timestamptz", DateTime(timezone=True))
    elif isinstance(column.type, Double):
        stand_in = literal_column("'NaN'::float8", Double)
    elif isinstance(column.type, BIT):
        stand_in = cast(0, BIT(MINUTES_PER_DAY))
    else:
        raise TypeError(f"{column} has a type without a missing value")
    return func.coalesce(column, stand_in, type_=column.type).label(getattr(column, "key", None))


def _wire(kind: object) -> _Wire:
    if isinstance(kind, BIT) and kind.length:
        held = (kind.length + 7) // 8
        return _Wire([("length", ">i4"), ("bits", "u1", (held,))], 4 + held)
    for known, wire in _WIRES:
        if isinstance(kind, known):
            return wire
    raise TypeError(f"{kind!r} has no fixed width on the wire")


def _native(raw: Array, kind: object) -> Array:
    if isinstance(kind, Date):
        days = raw.astype(np.int64)
        return np.where(days == _NO_DAY, MISSING_DAY, days + _EPOCH_DAY)
    if isinstance(kind, DateTime):
        micros = raw.astype(np.int64)
        missing = micros == _NO_MOMENT
        return np.where(missing, np.nan, (np.where(missing, 0, micros) + _EPOCH_MICROS) / 1e6)
    if isinstance(kind, BIT):
        return np.ascontiguousarray(raw["bits"])
    if isinstance(kind, Boolean):
        return raw.astype(bool)
    if isinstance(kind, Uuid):
        return raw.astype(np.uint64)
    return raw.astype(np.float64 if isinstance(kind, Double) else np.int64)


@dataclass(frozen=True, slots=True)
class _Copied:
    """A statement as it is sent by COPY: its text, the values that it holds itself, and what comes back."""

    text: str
    values: Mapping[str, object]
    kinds: Mapping[str, Any]
    record: Any


def _copied(statement: Statement, dialect: Dialect) -> _Copied:
    kinds = {str(column.key): column.type for column in statement.selected_columns}
    fields: list[Any] = []
    for name, kind in kinds.items():
        fields += [(f"{name}·", ">i4"), (name, _wire(kind).dtype)]
    compiled = statement.limit(ROW_LIMIT + 1).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return _Copied(str(compiled), compiled.params, kinds, np.dtype([("·fields", ">i2"), *fields]))


@lru_cache(maxsize=MOST_SHAPES)
def _copied_shape(shape: Shape, dialect: Dialect) -> _Copied:
    with ONE_AT_A_TIME:
        return _copied(shape.statement, dialect)


def read_columns(connection: Connection, asked: Statement | Shaped) -> Mapping[str, Array]:
    """The result by column name: numbers as int64 or float64, days as ordinals, instants as seconds since 1970.

    Raises Unavailable where the statement gives more than `ROW_LIMIT` rows.
    """
    if isinstance(asked, Shaped) and asked.planned_once:
        return _read_planned(connection, asked)
    if isinstance(asked, Shaped):
        copied, values = _copied_shape(asked.shape, connection.dialect), asked.values
    else:
        copied, values = _copied(asked, connection.dialect), {}
    kinds, record = copied.kinds, copied.record
    block = BytesIO()
    with closing(connection.connection.cursor()) as cursor:
        text = cursor.mogrify(copied.text, {**copied.values, **values})
        cursor.copy_expert(b"COPY (" + text + b") TO STDOUT (FORMAT binary)", block)
    view = block.getbuffer()
    rows, rest = divmod(len(view) - _HEADER_BYTES - _TRAILER_BYTES, record.itemsize)
    table = np.frombuffer(view, dtype=record, offset=_HEADER_BYTES, count=rows)
    if rest or (rows and any((table[f"{name}·"] != _wire(kind).width).any() for name, kind in kinds.items())):
        raise TypeError(f"a column of {list(kinds)} has not the width of its declared type, or a null")
    if rows > ROW_LIMIT:
        raise Unavailable("The question needs more rows than a page may read.")
    return {name: _native(table[name], kind) for name, kind in kinds.items()}


def _read_planned(connection: Connection, asked: Shaped) -> Mapping[str, Array]:
    """The same by a statement that is prepared, which COPY cannot be: each column comes as one array, packed."""
    copied = _copied_shape(asked.shape, connection.dialect)
    name = f"la_columns_{asked.shape.number}"
    packed = ", ".join(f'array_send(array_agg("{each}"))' for each in copied.kinds)
    prepare(connection, name, asked.shape, f"SELECT {packed} FROM ({copied.text}) AS found", copied.values)
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(executing(asked.shape, name, "%({})s"), asked.values)
        (arrays,) = cursor.fetchall()
    pairs = zip(copied.kinds.items(), arrays, strict=True)
    found = {name: _native(_unpacked(array, kind), kind) for (name, kind), array in pairs}
    if any(len(each) > ROW_LIMIT for each in found.values()):
        raise Unavailable("The question needs more rows than a page may read.")
    return found


def _unpacked(array: memoryview | None, kind: object) -> Array:
    """The elements of an array as PostgreSQL sends it: none is null, and each has its length before it."""
    wire = _wire(kind)
    record = np.dtype([("length", ">i4"), ("value", wire.dtype)])
    if array is None:
        return np.zeros(0, dtype=record)["value"]
    elements, rest = divmod(len(array) - _ARRAY_HEADER_BYTES, record.itemsize)
    table = np.frombuffer(array, dtype=record, offset=_ARRAY_HEADER_BYTES, count=elements)
    if rest or (table["length"] != wire.width).any():
        raise TypeError(f"an array of {kind!r} has not the width of its declared type, or a null")
    return table["value"]
