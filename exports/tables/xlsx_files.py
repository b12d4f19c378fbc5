"""Tables as one workbook: a sheet per table, typed cells with the formats of spreadsheets, a sheet of notes at the end.

Texts are written as texts, never as formulas or links.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from rustpy_xlsxwriter import Format, write_worksheets

from dashapp.domain.reports.answers import ColumnKind, Value
from dashapp.domain.reports.exports import Trouble
from dashapp.words import text_direction
from exports.tables.sheets import Head, Row, Sheet, TableError

MOST_ROWS: Final = 1_048_576
"""Of a sheet, its head included: by the format."""
LONGEST_NAME: Final = 31
RESERVED: Final = frozenset({"history"})
"""Of names of sheets, in small letters: Excel keeps it for itself."""
MOST_CHARACTERS: Final = 32_767
"""Of a cell."""
EXACT: Final = 1 << 53
"""From here on a spreadsheet's numbers are not those that were written."""
_OF_THE_MACHINE: Final = re.compile(r"\(os error (\d+)\)")
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FORMATS: Final[Mapping[ColumnKind, str]] = {
    ColumnKind.TEXT: "@",
    ColumnKind.COUNT: "#,##0",
    ColumnKind.NUMBER: "#,##0.0",
    # The figure stays the one that stands in every other format: 78.4, not 0.784.
    ColumnKind.PERCENT: '0.0" %"',
    ColumnKind.MINUTES: '#,##0" min"',
    ColumnKind.DAY: "yyyy-mm-dd",
    ColumnKind.INSTANT: "yyyy-mm-dd hh:mm:ss",
}
_WIDTHS: Final[Mapping[ColumnKind, float]] = {
    ColumnKind.TEXT: 32.0,
    ColumnKind.DAY: 12.0,
    ColumnKind.INSTANT: 20.0,
}
_WIDTH: Final = 14.0


@dataclass(frozen=True, slots=True)
class Notes:
    """The sheet of notes: its name, and lines of a name and what is said."""

    name: str
    lines: tuple[tuple[str, str], ...]


def write_xlsx(sheets: Sequence[Sheet], notes: Notes, path: Path, most_rows: int = MOST_ROWS) -> None:
    """The workbook. What does not fit on a sheet goes on on a further one. Raises TableError where a text is longer
    than a cell holds: nothing is cut."""
    parts = [part for sheet in sheets for part in _parts(sheet, most_rows - 1)]
    names = _sheet_names([*(name for name, _data, _sheet in parts), notes.name])
    pages: list[tuple[str, Any]] = [(name, part[1]) for name, part in zip(names, parts, strict=False)]
    pages.append((names[-1], [{notes.name: name, " ": said} for name, said in notes.lines]))
    heads = {name: part[2].heads for name, part in zip(names, parts, strict=False)}
    bold = Format().set_bold().set_background_color("#EEF0F3").set_border_bottom("thin").set_text_wrap()
    plain = [Format().set_bold(), Format().set_text_wrap()]
    view = {"right_to_left": text_direction() == "rtl"}
    try:
        write_worksheets(
            pages,
            str(path),
            freeze_panes={"general": {"row": 1, "col": 0}},
            header_format=dict.fromkeys(names, bold),
            column_formats={**{name: _formats(each) for name, each in heads.items()}, names[-1]: plain},
            column_widths={**{name: _widths(each) for name, each in heads.items()}, names[-1]: [28.0, 90.0]},
            autofilter={name: bool(each) for name, each in heads.items()},
            sheet_view=dict.fromkeys(names, view),
        )
    except (RuntimeError, OSError) as error:
        raise _in_words(error) from error


def _parts(sheet: Sheet, most: int) -> Iterator[tuple[str, Any, Sheet]]:
    """The sheets that a table fills. They are written one after the other, from one run through its rows."""
    count = len(sheet.rows)
    if not count:
        yield sheet.title, _nothing(sheet), sheet
        return
    rows = iter(sheet.rows)
    for number, _first in enumerate(range(0, count, most), 1):
        yield (sheet.title if number == 1 else f"{_short(sheet.title, 6)} ({number})"), _cells(sheet, rows, most), sheet


def _cells(sheet: Sheet, rows: Iterator[Row], most: int) -> Iterator[dict[str, Value]]:
    labels = [head.label for head in sheet.heads]
    for row in islice(rows, most):
        yield dict(zip(labels, map(_cell, row), strict=True))


def _cell(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int) and abs(value) >= EXACT:
        return str(value)
    return value


def _nothing(sheet: Sheet) -> Any:
    """The head alone. Rows would name the columns, and there are none."""
    labels = [head.label for head in sheet.heads] or [sheet.title or " "]
    return pa.table({label: pa.array([], pa.string()) for label in labels})


def _formats(heads: Sequence[Head]) -> list[Format]:
    return [Format().set_num_format(_FORMATS[head.kind]) for head in heads]


def _widths(heads: Sequence[Head]) -> list[float]:
    return [max(_WIDTHS.get(head.kind, _WIDTH), min(len(head.label) + 4.0, 40.0)) for head in heads]


def _sheet_names(titles: Sequence[str]) -> list[str]:
    """Names as a workbook takes them: short, without some signs, and different also where only capitals differ."""
    given, taken = [], set(RESERVED)
    for title in titles:
        name, number = _short(title, 0) or "-", 1
        while name.lower() in taken:
            number += 1
            behind = f" {number}"
            name = f"{_short(title, len(behind)) or '-'}{behind}"
        taken.add(name.lower())
        given.append(name)
    return given


def _short(title: str, room: int) -> str:
    return " ".join(_FORBIDDEN.sub(" ", title).split())[: LONGEST_NAME - room].strip(" '")


def _in_words(error: RuntimeError | OSError) -> TableError | OSError:
    if told := _OF_THE_MACHINE.search(str(error)):
        return OSError(int(told[1]), os.strerror(int(told[1])))
    if "32,767" in str(error):
        words = f"A cell of a spreadsheet holds at most {MOST_CHARACTERS:,} characters: choose another format."
        return TableError(Trouble.CELL, words)
    return TableError(Trouble.ERROR, f"The workbook could not be written: {error}.")
