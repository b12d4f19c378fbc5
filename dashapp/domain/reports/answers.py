"""What a question gets for an answer: a table with typed columns. Figures, documents and files are made from it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from dashapp.domain.reports.periods import Days

Value: TypeAlias = str | int | float | date | datetime | None
"""None: there is no figure, or it is hidden: see `Answer.hidden`."""


class ColumnKind(StrEnum):
    """What stands in a column; it decides about formats, alignment and types in files."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    PERCENT = "percent"
    """0 to 100."""
    MINUTES = "minutes"
    DAY = "day"
    """The first day of the week or month where time is divided by those."""
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` is its name in files; its words are those of the measure or dimension."""

    key: str
    kind: ColumnKind
    measure: str | None = None
    """The measure whose figures it holds; None for a dimension or time."""
    before: bool = False
    """Whether they are those of the period before."""


class AnswerState(StrEnum):
    """Why there is something to see, or nothing: each looks different."""

    SHOWN = "shown"
    NO_DATA = "no_data"
    """Nothing matches."""
    HIDDEN = "hidden"
    """For privacy: everything that would be shown is of too few people."""
    REFUSED = "refused"
    """The question makes no sense, or not for this reader; `Answer.reason` says why."""
    GONE = "gone"
    """A measure that it names exists no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    state: AnswerState
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    """As `columns`; ordered, limited."""
    days: Days | None = None
    """The days that it is about."""
    hidden: int = 0
    """Rows that are left out for privacy."""
    left_out: int = 0
    """Rows that are left out by the question's limit: never silently."""
    reason: str = ""
    """In words of the reader's language, where it is refused."""
    notes: tuple[str, ...] = ()
    """Sentences that belong below it, in the same language: what does not count, and of which day it is."""
