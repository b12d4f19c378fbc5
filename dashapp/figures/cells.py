"""Cells of a figure's table: texts that are read, each with the value that it says, for files of numbers."""

from datetime import date

from dashapp import words
from dashapp.domain.reports.answers import ColumnKind, Value


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
