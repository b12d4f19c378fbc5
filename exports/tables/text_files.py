"""Tables as CSV and as JSON."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final, TextIO

import orjson

from dashapp.domain.spreadsheets import MARK, write_lines
from exports.tables.sheets import Sheet, written

_PIECE: Final = 1 << 20


def write_csv(sheet: Sheet, path: Path, *, mark: bool = True) -> None:
    """One table: a line of keys, a line per row, no text of which a spreadsheet takes for a formula. `mark`: whether
    it begins with the sign by which spreadsheets know UTF-8."""
    with path.open("w", encoding="utf-8", newline="", buffering=_PIECE) as file:
        if mark:
            file.write(MARK)
        write_rows(sheet, file)


def write_rows(sheet: Sheet, file: TextIO) -> None:
    """The lines of such a file, into one that is open and changes no ends of lines. Heads without words are none."""
    named = not sheet.heads or any(head.key for head in sheet.heads)
    heads = [[head.key for head in sheet.heads]] if named else []
    write_lines(file, chain(heads, (map(written, row) for row in sheet.rows)), mark=False)


def write_json(told: Mapping[str, Any], sheets: Sequence[tuple[Mapping[str, Any], Sheet]], path: Path) -> None:
    """All tables in one object: what is `told` of the whole, then `tables`, each with what is told of it, its columns
    and its rows, one object by line."""
    with path.open("wb", buffering=_PIECE) as file:
        file.write(_opened(told))
        file.write(b'"tables":[')
        for place, (about, sheet) in enumerate(sheets):
            columns = [{"key": head.key, "label": head.label, "kind": head.kind.value} for head in sheet.heads]
            file.write(b",\n" if place else b"\n")
            file.write(_opened({**about, "columns": columns}))
            file.write(b'"rows":[')
            write_objects(sheet, file)
            file.write(b"]}")
        file.write(b"]}\n")


def write_objects(sheet: Sheet, file: Any) -> None:
    """The rows as objects, separated by commas, each on a line of its own."""
    keys = [head.key for head in sheet.heads]
    for place, row in enumerate(sheet.rows):
        file.write(b",\n" if place else b"\n")
        file.write(orjson.dumps(dict(zip(keys, map(written, row), strict=True))))


def _opened(values: Mapping[str, Any]) -> bytes:
    """An object that more members are written into."""
    body = orjson.dumps(dict(values))[:-1]
    return body if body == b"{" else body + b","
