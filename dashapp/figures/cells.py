"""Cells of a figure's table: texts that are read, each with the value that it says, for files of numbers."""

from datetime import date
from functools import lru_cache
from typing import Final

from dashapp import words
from dashapp.domain.reports.answers import ColumnKind, Value

MOST_CELLS: Final = 16_384


class Cell(str):
    """A text with its value. To who only reads it, it is a text like any other, in a browser too."""

    __slots__ = ("kind", "value")
    kind: ColumnKind
    value: Value

    @classmethod
    def of(cls, text: str, kind: ColumnKind, value: Value) -> "Cell":
        """`text` says `value`; None: there is none, or it is hidden, and the text says so."""
        made = cls(text)
        made.kind, made.value = kind, value
        return made


def number(value: float, decimals: int = 0) -> Cell:
    """As `words.number`: a count, or with decimals a figure."""
    return _number(value, isinstance(value, int), decimals, words.current_locale())


# A table holds thousands of numbers, and few different ones; a cell never changes.
@lru_cache(maxsize=MOST_CELLS)
def _number(value: float, _whole: bool, decimals: int, _locale: str) -> Cell:
    kind = ColumnKind.NUMBER if decimals else ColumnKind.COUNT
    return Cell.of(words.number(value, decimals), kind, value)


def percent(value: float, decimals: int = 0) -> Cell:
    """As `words.percent`, of 0 to 100."""
    return Cell.of(words.percent(value, decimals), ColumnKind.PERCENT, value)


def duration(minutes: float) -> Cell:
    """As `words.duration`."""
    return Cell.of(words.duration(minutes), ColumnKind.MINUTES, minutes)


def day(value: date) -> Cell:
    """As `words.day`."""
    return Cell.of(words.day(value), ColumnKind.DAY, value)


def short_day(value: date) -> Cell:
    """As `words.short_day`."""
    return Cell.of(words.short_day(value), ColumnKind.DAY, value)
