"""How much of a rebuild is done at once: batches wait for each portion, so none may take long."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Final

AIMED_AT: Final = 0.7
"""Seconds that a portion may take by what is known: what is not known may double it, and 2 s are the most."""
SPEAKS_FROM: Final = 300
"""Events: what a smaller portion takes is not due to its events."""
FIRST_RATE: Final = 1_500.0
"""Events per second until something is known: a slow, busy machine."""


class Pace:
    """How fast portions are rebuilt. Gets slower at once, and faster step by step: a machine that is busy now was quick
    a moment ago."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._rate = FIRST_RATE

    def learn(self, events: int, seconds: float) -> None:
        """A portion of so many events took so long."""
        if events >= SPEAKS_FROM or seconds > AIMED_AT:
            rate = max(events, 1) / max(seconds, 1e-6)
            self._rate = max(1.0, min(rate, self._rate * 1.5))

    def allowed(self) -> int:
        """How many events the next portion may have."""
        return max(1, int(self._rate * AIMED_AT))


@dataclass(frozen=True, slots=True)
class Cut:
    """Local days, both inclusive, and in how many parts their people are rebuilt."""

    first: date
    last: date
    parts: int
    events: int


def cuts(first: date, last: date, events: Mapping[date, int], pace: Pace) -> Iterator[Cut]:
    """The days from `first` to `last`: as many at once as the pace allows when they are asked for, at least one."""
    while first <= last:
        allowed, end, found = pace.allowed(), first, events.get(first, 0)
        while end < last and found + events.get(end + timedelta(days=1), 0) <= allowed:
            end += timedelta(days=1)
            found += events.get(end, 0)
        yield Cut(first, end, max(1, ceil(found / allowed)), found)
        first = end + timedelta(days=1)
