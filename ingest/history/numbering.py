"""Numbers for records that are equal in all that is exported of them: they are all real, and have no ids."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from dashapp.domain.errors import AnalyticsError

WINDOW: Final = timedelta(hours=3)
"""Records this far apart in time may stand in the wrong order: when clocks go back, an hour comes twice."""


class Unordered(AnalyticsError):
    """The records of a file are not in the order of time, so equal ones cannot be numbered."""


class Numbering:
    """Counts equal records. Of a file that is in the order of time, either way, two exports that both hold the whole
    minute number them alike, so nothing has to be remembered for longer than a few hours of the log."""

    def __init__(self) -> None:
        """Nothing was met yet."""
        self._seen: dict[datetime, Counter[bytes]] = {}
        self._first: datetime | None = None
        self._frontier: datetime | None = None
        self._forgotten: datetime | None = None
        self._direction = 0

    def number(self, at: datetime, key: bytes) -> int:
        """How many records of this time with this key there have been, this one included. Raises Unordered."""
        seen = self._seen.get(at)
        if seen is None:
            self._move(at)
            seen = self._seen[at] = Counter()
        seen[key] += 1
        return seen[key]

    def _move(self, at: datetime) -> None:
        if self._first is None or self._frontier is None or self._forgotten is None:
            self._first = self._frontier = self._forgotten = at
        elif not self._direction:
            # Until the file has come further than that, nobody knows which way it goes.
            if abs(at - self._first) > WINDOW:
                self._direction = 1 if at > self._first else -1
                self._frontier = at
        elif (at - self._frontier) * self._direction >= timedelta():
            self._frontier = at
            if abs(at - self._forgotten) > WINDOW:
                self._forgotten = at
                self._seen = {when: seen for when, seen in self._seen.items() if abs(at - when) <= WINDOW}
        elif abs(at - self._frontier) > WINDOW:
            raise Unordered("its rows are not in the order of time; sort them by their time")
