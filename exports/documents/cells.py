"""Values and texts as people read them in documents, in the language of the report."""

import re
from datetime import date, datetime
from typing import Final

from dashapp.domain.reports.answers import ColumnKind, Value
from dashapp.figures.theme import isolated
from dashapp.words import clock, day, duration, local_date, number, percent
from exports.tables.sheets import typed

NOTHING: Final = "–"
LONGEST_WORD: Final = 20
"""Letters in a row without a place to break; a column would be as wide."""
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""Signs of control, also those that turn the direction of all that follows."""
_LONG: Final = re.compile(rf"[!-\u02ff]{{{LONGEST_WORD},}}")
"""Of alphabets that are parted by blanks."""
_PIECE: Final = re.compile(r".{10}(?=.)")
_BREAK: Final = "\u200b"
_RIGHT: Final = frozenset({ColumnKind.COUNT, ColumnKind.NUMBER, ColumnKind.PERCENT, ColumnKind.MINUTES})


def plain_text(text: str) -> str:
    """A text without signs that are not seen, with places to break where it has none, in a direction of its own."""
    return isolated(breakable(text))


def breakable(text: str) -> str:
    """The same within a paragraph, whose direction it has."""
    seen = _UNSEEN.sub("", text)
    return _LONG.sub(lambda found: _PIECE.sub(lambda piece: piece[0] + _BREAK, found[0]), seen)


def is_right(kind: ColumnKind) -> bool:
    """Whether its values stand at the end of their column, digit below digit."""
    return kind in _RIGHT


def cell_words(kind: ColumnKind, value: Value, zone: str) -> str:
    """A value in a table."""
    return isolated(_cell_words(kind, value, zone))


def _cell_words(kind: ColumnKind, value: Value, zone: str) -> str:
    match typed(kind, value):
        case None:
            return NOTHING
        case datetime() as instant:
            return f"{_day(local_date(instant, zone))}, {clock(instant, zone)}"
        case date() as local:
            return _day(local)
        case str() as text:
            return plain_text(text)
        case figure:
            return _figure(kind, figure)


def _day(value: date) -> str:
    """With its year, on one line."""
    return day(value, date.min).replace(" ", "\u00a0")


def _figure(kind: ColumnKind, value: float) -> str:
    match kind:
        case ColumnKind.PERCENT:
            return percent(value, 0 if value == int(value) else 1)
        case ColumnKind.MINUTES:
            return duration(value)
        case ColumnKind.NUMBER:
            return number(value, 0 if value == int(value) else 1)
        case _:
            return number(value)
