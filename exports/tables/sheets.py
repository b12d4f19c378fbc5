"""A table on its way into a file: named, typed columns and rows that can be counted and gone through again."""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.reports.answers import Answer, Column, ColumnKind, Value
from dashapp.domain.reports.exports import Trouble

LONGEST_NAME: Final = 60
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_WHOLE: Final = frozenset({ColumnKind.COUNT})
_FRACTIONS: Final = frozenset({ColumnKind.NUMBER, ColumnKind.PERCENT, ColumnKind.MINUTES})

Row = tuple[Value, ...]


class Rows(Protocol):
    """Rows of which it is known how many there are, so that a file can be held against it."""

    def __len__(self) -> int:
        """How many."""

    def __iter__(self) -> Iterator[Row]:
        """All of them, from the first on each time."""


class TableError(AnalyticsError):
    """A table does not fit into a format, whole; the text says why."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Head:
    """A column. `key` is its name for programs, `label` for people."""

    key: str
    label: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    name: str
    """Of its file, without an ending; no other sheet of the export has it."""
    title: str
    heads: tuple[Head, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """The rows of an answer, each value of the type of its column."""

    answer: Answer

    def __len__(self) -> int:
        """How many."""
        return len(self.answer.rows)

    def __iter__(self) -> Iterator[Row]:
        """All of them."""
        kinds = [column.kind for column in self.answer.columns]
        for row in self.answer.rows:
            yield tuple(typed(kind, value) for kind, value in zip(kinds, row, strict=True))


def sheet_of(name: str, title: str, answer: Answer, label: Callable[[Column], str]) -> Sheet:
    """The sheet of an answer."""
    groups = {column.key for column in answer.columns if column.measure is None}
    keys = distinct([_key_of(column, groups) for column in answer.columns])
    labels = distinct([label(column) for column in answer.columns])
    heads = tuple(map(Head, keys, labels, (column.kind for column in answer.columns)))
    return Sheet(name, title, heads, AnswerRows(answer))


def _key_of(column: Column, groups: Collection[str]) -> str:
    """What is counted by a state of the same name says that it is the number: "handed_in" may be both."""
    return f"{column.key}_number" if column.measure is not None and column.key in groups else column.key


def typed(kind: ColumnKind, value: Value) -> Value:
    """The value as every format has it: what is no number is none, an instant is in UTC."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if kind in _WHOLE and isinstance(value, int | float):
        return int(value) if float(value).is_integer() else float(value)
    if kind in _FRACTIONS and isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if kind is ColumnKind.TEXT and not isinstance(value, str):
        return value.isoformat() if isinstance(value, date) else str(value)
    return value


def written(value: Value) -> str | int | float | bool | None:
    """The value as text files have it: days and instants by ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def named(number: int, title: str) -> str:
    """The name of a table's file: its place among the others, and its title in plain letters."""
    return f"{number:02}-{plain_name(title)}".rstrip("-")


def plain_name(title: str) -> str:
    """What there is of a title in letters that every system takes; may be empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return _NO_NAME.sub("-", plain).strip("-")[:LONGEST_NAME].rstrip("-")


def distinct(names: Sequence[str]) -> list[str]:
    """The names, those that occur again with a number behind them."""
    given: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in given:
            number += 1
            candidate = f"{name} {number}"
        given.append(candidate)
    return given
