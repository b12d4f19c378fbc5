"""The first rows of a table, for somebody who says which column is which field."""

import csv
import tempfile
import zlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from ingest.csv_files import Bad
from ingest.history.tables import open_table
from ingest.text_files import FileError, look

_BEGINNING: Final = 262_144
"""Bytes that are looked at: a file may have gigabytes."""
ROWS: Final = 5
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 80


@dataclass(frozen=True, slots=True)
class Head:
    """The columns of a table, and its first rows in their order, cells cut to what can be shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def head_of(path: Path, encoding: str | None = None) -> Head:
    """The head of a file, packed or not. Raises FileError where it is no table."""
    try:
        return _head_of(path, encoding)
    except (zlib.error, csv.Error, ValueError):
        raise FileError("The file is no table: its first lines cannot be read.") from None


def _head_of(path: Path, encoding: str | None) -> Head:
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        beginning = Path(folder) / "table"
        beginning.write_bytes(_whole_lines(_beginning(path)))
        table = open_table(look(beginning, encoding))
        columns = table.names[:MOST_COLUMNS]
        rows = islice((row.values for row in table.rows(columns) if not isinstance(row, Bad)), ROWS)
        return Head(columns, tuple(tuple(cell[:LONGEST_CELL] for cell in row) for row in rows))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        begin = file.read(_BEGINNING)
    if not begin.startswith(b"\x1f\x8b"):
        return begin
    return zlib.decompressobj(wbits=31).decompress(begin, _BEGINNING)


def _whole_lines(begin: bytes) -> bytes:
    """Without the line that was cut."""
    end = begin.rfind(b"\n")
    return begin if len(begin) < _BEGINNING or end < 0 else begin[: end + 1]
