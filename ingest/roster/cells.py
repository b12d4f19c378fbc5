"""Whether the cells of a row are what their columns want: found out once for each value that comes often."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import LONGEST_NAME
from ingest.roster.rules import BOOLEANS, Column, Form

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_REMEMBERED: Final = 20_000
_YEAR: Final = re.compile(r"[12][0-9]{3}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def list_of(cell: str) -> list[str]:
    """The values of a cell that may hold several."""
    if "," not in cell:
        return [cell.strip()] if cell.strip() else []
    return [value for part in cell.split(",") if (value := part.strip())]


def has_control(cell: str) -> bool:
    """Whether a cell holds characters that no text has."""
    return _CONTROL.search(cell) is not None


def is_date(value: str) -> bool:
    """Whether it is a day as ISO 8601 writes it."""
    try:
        return _DATE.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False


def is_time(value: str) -> bool:
    """Whether it is an instant as ISO 8601 writes it, or a day."""
    try:
        return len(value) >= 10 and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _wrong(column: Column) -> Callable[[str], Reason | None]:
    """What is wrong with a filled cell of this column; None: nothing."""
    match column.form:
        case Form.WORD:
            return lambda value: None if _is_word(column, value) else Reason.WRONG_WORD
        case Form.DATE:
            return lambda value: None if is_date(value) else Reason.WRONG_DATE
        case Form.TIME:
            return lambda value: None if is_time(value) else Reason.WRONG_TIME
        case Form.YEAR:
            return lambda value: None if _YEAR.fullmatch(value) else Reason.WRONG_YEAR
        case Form.BOOLEAN:
            return lambda value: None if value in BOOLEANS else Reason.WRONG_BOOLEAN
        case Form.ID if not column.many:
            return lambda value: Reason.TOO_LONG if len(value) > LONGEST_NAME else None
        case _:
            return lambda _value: None


def _is_word(column: Column, value: str) -> bool:
    return value in column.words or (column.extensible and value.startswith("ext:") and len(value) > len("ext:"))


class RowCheck:
    """Checks the rows of one file. `known`: file → the ids that its rows may refer to."""

    def __init__(
        self, file: str, columns: Sequence[Column], heads: Sequence[str], known: Mapping[str, Container[str]]
    ) -> None:
        self._file = file
        self._columns = [(column, heads.index(column.name)) for column in columns if column.name in heads]
        self._known = known
        self._good: list[tuple[int, Container[str], Column]] = []
        self._seen: dict[str, set[str]] = {}
        for column, place in self._columns:
            self._good.append((place, self._good_values(column), column))

    def _good_values(self, column: Column) -> Container[str]:
        if column.refers_to is not None and not column.many and column.refers_to in self._known and column.required:
            return self._known[column.refers_to]
        return self._seen.setdefault(column.name, set())

    def check(self, line: int, cells: Sequence[str], findings: Findings) -> bool:
        """Adds what is wrong with a row; whether nothing is."""
        good = True
        for place, values, column in self._good:
            if cells[place] not in values:
                good &= self._look(line, cells[place], column, findings)
        return good

    def _look(self, line: int, cell: str, column: Column, findings: Findings) -> bool:
        """Whether a cell with a value that has not been met before is right."""
        reason, shown = self._reason(cell, column)
        if reason is not None:
            findings.add(reason, self._file, line, column.name, shown)
            return False
        seen = self._seen.get(column.name)
        if seen is not None and len(seen) < _REMEMBERED:
            seen.add(cell)
        return True

    def _reason(self, cell: str, column: Column) -> tuple[Reason | None, str]:
        if _CONTROL.search(cell):
            return Reason.CONTROL_CHARACTER, ""
        if not cell.strip():
            return (Reason.MISSING_VALUE, "") if column.required else (None, "")
        if (wrong := _wrong(column)(cell)) is not None:
            return wrong, cell
        if column.refers_to is not None and column.refers_to in self._known:
            for value in list_of(cell) if column.many else [cell]:
                if value not in self._known[column.refers_to]:
                    return Reason.UNKNOWN_REFERENCE, value
        return None, ""


def missing_heads(file: str, columns: Sequence[Column], heads: Sequence[str], findings: Findings) -> bool:
    """Adds the columns that a file lacks and those that nobody knows; whether none is lacking."""
    lacking = [column.name for column in columns if column.there and column.name not in heads]
    for name in lacking:
        findings.add(Reason.MISSING_COLUMN, file, 1, name)
    known = {column.name for column in columns}
    for head in heads:
        if head and head not in known and not head.startswith("metadata."):
            findings.add(Reason.UNKNOWN_COLUMN, file, 1, head)
    return not lacking
