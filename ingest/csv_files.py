"""Tables in files of text, with a row of column names: CSV of any dialect, and the tab-separated text of databases.

A bad row never takes the rows after it along: a quotation mark that is never closed costs its own line only. Values are
data, whatever they begin with.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.text_files import BROKEN, CUT_OFF, FileError, Looked, Opened

LONGEST_RECORD: Final = 100
"""Lines of one row: what needs more is an open quotation mark, not a long text."""
_DELIMITERS: Final = ",;\t|"
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "N": ""}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be taken: what the column is called, where one is at fault, and why."""

    line: int
    column: str | None
    reason: str
    position: int = 0
    """Its number, counted from one with all other rows; 0 for what is no row."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number from one, the line on which it begins, its values in the order that was asked for."""

    position: int
    line: int
    values: tuple[str, ...]


class _Lines:
    """Lines of a file, counted, of which those of the present row can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.number = 0
        self.record: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.record) >= LONGEST_RECORD:
            raise StopIteration
        line = self._again.pop() if self._again else next(self._lines)
        self.number += 1
        self.record.append(line)
        return line

    def give_back(self) -> None:
        """All lines of the present row but its first come again."""
        self._again.extend(reversed(self.record[1:]))
        self.number -= len(self.record) - 1


class CsvFile:
    """One table. Its first line has the names of the columns."""

    def __init__(self, looked: Looked) -> None:
        """Reads the first line. Raises FileError where there is none."""
        self.looked = looked
        self.opened = Opened(looked)
        with self.opened.text() as text:
            try:
                first = text.readline()
            except BROKEN:
                first = ""
        if not first.strip():
            raise FileError(f"{looked.path.name} is empty: there is not even a line with the names of its columns.")
        self._delimiter = max(_DELIMITERS, key=first.count)
        # Databases write tab-separated text without quotation marks, and escape with a backslash.
        self._escaped = self._delimiter == "\t" and '"' not in first
        try:
            self.header = [name.strip() for name in next(self._reader(iter([first])))]
        except csv.Error:
            raise FileError(f"{looked.path.name} is no table: its first line cannot be read.") from None

    def rows(self, columns: Sequence[str], after: int = 0) -> Iterator[Line | Bad]:
        """The rows behind position `after`, with the values of these columns; "" where a column is not there."""
        places = [self.header.index(name) if name in self.header else None for name in columns]
        width, position = len(self.header), 0
        with self.opened.text() as text:
            lines = _Lines(text)
            reader = self._reader(lines)
            try:
                next(reader)
                while (values := self._next(reader, lines)) is not None:
                    position += 1
                    begin = lines.number + 1 - len(lines.record)
                    if len(values) == width:
                        if position > after:
                            chosen = tuple([values[place] if place is not None else "" for place in places])
                            yield self._row(Line(position, begin, chosen), columns)
                        continue
                    bad = self._bad(values, lines, Line(position, begin, ()))
                    reader = self._reader(lines)
                    if bad is not None and position > after:
                        yield bad
            except BROKEN:
                yield Bad(lines.number + 1, None, CUT_OFF)

    def _next(self, reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
        """The values of the next row, none where it is broken; None at the end."""
        lines.record = []
        try:
            return next(reader)
        except csv.Error:
            return []
        except StopIteration:
            return [] if lines.record else None

    def _bad(self, values: list[str], lines: _Lines, row: Line) -> Bad | None:
        """What is wrong with a row that has not as many values as there are columns; None for an empty line."""
        if len(lines.record) == 1 and not lines.record[0].strip():
            return None
        if len(lines.record) > 1:
            lines.give_back()
            return Bad(row.line, None, "a quotation mark is opened and not closed", row.position)
        if not values:
            return Bad(row.line, None, "a quotation mark stands in the wrong place", row.position)
        return Bad(row.line, None, f"{len(values)} values instead of {len(self.header)}", row.position)

    def _row(self, row: Line, columns: Sequence[str]) -> Line | Bad:
        if self._escaped:
            row = Line(row.position, row.line, tuple([_unescape(value) for value in row.values]))
        if self.looked.doubtful:
            for column, value in zip(columns, row.values, strict=True):
                if (reason := what_is_no_text(value)) is not None:
                    return Bad(row.line, column, reason, row.position)
        return row

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        if self._escaped:
            return csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        # Strict, since a mark that is not closed would otherwise end at the next one, wherever that belongs.
        return csv.reader(lines, delimiter=self._delimiter, strict=True)


def what_is_no_text(value: str) -> str | None:
    """Why a value cannot be kept as text; None where it can."""
    if "\0" in value:
        return "the character NUL"
    if any("\udc80" <= character <= "\udcff" or character == "\ufffd" for character in value):
        return "bytes that are no text in the encoding of the file"
    return None


def _unescape(value: str) -> str:
    if "\\" not in value:
        return value
    return "" if value == "\\N" else _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)
