"""How much one key may send: a bucket that fills at a steady rate, from which each event takes a drop."""

import math
import time
from collections.abc import Callable
from typing import Final

from dashapp.api.answers import Problem

BURST_SECONDS: Final = 10
"""A full bucket: whoever was quiet may send as much at once."""


class Rates:
    """The buckets of all keys in one process. For one event loop.

    How many events a request holds is known only when it has been read, so a bucket may fall below nothing; until it is
    above again, the key waits.
    """

    def __init__(self, per_second: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Every bucket is full."""
        self._rate = per_second
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, prefix: str) -> None:
        """Raises Problem (429) where the key has sent too much."""
        content = self._content(prefix)
        if content <= 0:
            wait = max(1, math.ceil((1 - content) / self._rate))
            sentence = f"A key may send {self._rate} events per second. Send it again in {wait} s."
            raise Problem(429, sentence, (("retry-after", str(wait)),))

    def charge(self, prefix: str, events: int) -> None:
        """Takes a request's events out; one without any costs as much as one."""
        self._buckets[prefix] = (self._content(prefix) - max(1, events), self._monotonic())

    def _content(self, prefix: str) -> float:
        full = float(self._rate * BURST_SECONDS)
        content, at = self._buckets.get(prefix, (full, 0.0))
        return min(full, content + (self._monotonic() - at) * self._rate)
