"""Terms with their academic calendar: when teaching starts and ends, and the breaks in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

LONGEST_NAME: Final = 100
MOST_BREAKS: Final = 12


class TermFault(StrEnum):
    """What is wrong with a term."""

    NO_NAME = "no_name"
    NO_START = "no_start"
    NO_END = "no_end"
    ENDS_BEFORE_START = "ends_before_start"
    TOO_LONG = "too_long"
    HALF_A_BREAK = "half_a_break"
    BREAK_ENDS_BEFORE_START = "break_ends_before_start"
    BREAK_OUTSIDE = "break_outside"
    BREAKS_OVERLAP = "breaks_overlap"


class TermError(ValueError):
    """A term cannot be like that; `fault` says why, `place` which break is meant (from 0)."""

    def __init__(self, fault: TermFault, place: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.place = place


@dataclass(frozen=True, slots=True)
class Term:
    """A term. Days are local, all ends inclusive; breaks are in their order and do not overlap."""

    name: str
    starts_on: date
    ends_on: date
    breaks: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term as the administration lists it."""

    term_id: int
    name: str
    term: Term | None
    """None: only descriptions of courses have named it, and nobody has given it a calendar."""
    courses: int
    """Courses that belong to it."""


LONGEST_DAYS: Final = 730
"""A term of more than two years is a slip of the pen."""


def checked_term(
    name: str, starts_on: date | None, ends_on: date | None, breaks: Sequence[tuple[date | None, date | None]]
) -> Term:
    """The term of what somebody entered; breaks of which nothing was entered are left out. Raises TermError."""
    plain = " ".join(name.split())[:LONGEST_NAME]
    if not plain:
        raise TermError(TermFault.NO_NAME)
    if starts_on is None:
        raise TermError(TermFault.NO_START)
    if ends_on is None:
        raise TermError(TermFault.NO_END)
    if ends_on < starts_on:
        raise TermError(TermFault.ENDS_BEFORE_START)
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise TermError(TermFault.TOO_LONG)
    return Term(plain, starts_on, ends_on, checked_breaks(starts_on, ends_on, breaks))


def checked_breaks(
    starts_on: date | None, ends_on: date | None, breaks: Sequence[tuple[date | None, date | None]]
) -> tuple[tuple[date, date], ...]:
    """Breaks in their order, within the days of teaching as far as these are known. Raises TermError."""
    found: list[tuple[date, date, int]] = []
    for place, (first, last) in enumerate(breaks[:MOST_BREAKS]):
        if first is None and last is None:
            continue
        if first is None or last is None:
            raise TermError(TermFault.HALF_A_BREAK, place)
        if last < first:
            raise TermError(TermFault.BREAK_ENDS_BEFORE_START, place)
        if (starts_on is not None and first < starts_on) or (ends_on is not None and last > ends_on):
            raise TermError(TermFault.BREAK_OUTSIDE, place)
        found.append((first, last, place))
    found.sort()
    for (_first, last, _one), (first, _last, place) in pairwise(found):
        if first <= last:
            raise TermError(TermFault.BREAKS_OVERLAP, place)
    return tuple((first, last) for first, last, _place in found)
