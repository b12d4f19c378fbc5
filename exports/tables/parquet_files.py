"""Tables as Parquet, compressed by Zstandard; typed, in groups of rows, so that memory does not grow with them."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from dashapp.domain.reports.answers import ColumnKind
from exports.tables.sheets import Row, Sheet

ROWS_OF_A_GROUP: Final = 100_000
COMPRESSION: Final = "zstd"
_TYPES: Final = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.COUNT: pa.int64(),
    ColumnKind.NUMBER: pa.float64(),
    ColumnKind.PERCENT: pa.float64(),
    ColumnKind.MINUTES: pa.float64(),
    ColumnKind.DAY: pa.date32(),
    ColumnKind.INSTANT: pa.timestamp("us", "UTC"),
}


def schema_of(sheet: Sheet) -> Any:
    """The schema: keys, types, and beside each column its words and kind."""
    return pa.schema(
        [
            pa.field(head.key, _TYPES[head.kind], metadata={"label": head.label, "kind": head.kind.value})
            for head in sheet.heads
        ],
        metadata={"title": sheet.title},
    )


def write_parquet(sheet: Sheet, path: Path) -> None:
    """One table."""
    schema, rows = schema_of(sheet), iter(sheet.rows)
    # Through a file of Python's, so that a full disk is told by the machine's own error.
    with path.open("wb") as file, pq.ParquetWriter(file, schema, compression=COMPRESSION) as writer:
        for group in _groups(rows):
            columns = list(zip(*group, strict=True))
            arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while group := list(islice(rows, ROWS_OF_A_GROUP)):
        yield group
