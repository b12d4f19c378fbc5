"""What has been drawn once need not be drawn again: ready-made parts of pages, by everything that they depend on.

The key is the whole content of a view with the screen, language and links it is drawn for, so there is nothing to
forget and nothing to invalidate: who gets another view gets another drawing, and who gets the same one may share it.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from threading import Lock
from typing import Final

import msgspec

LARGEST: Final = 64_000_000
"""Bytes of all drawings together; a classroom of 160 learners takes 150,000."""

Parts = Mapping[str, bytes]


class Memo:
    """Keeps the most recently used drawings of this process. Safe to share between threads."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._kept: OrderedDict[bytes, Parts] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def parts(self, depends_on: object, draw: Callable[[], Parts]) -> Parts:
        """The parts drawn before for an equal `depends_on` (anything that msgspec can write), else drawn now."""
        key = blake2b(msgspec.msgpack.encode(depends_on), digest_size=20).digest()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        # Two threads may draw the same at once: that costs time, and nothing else.
        drawn = draw()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = drawn
                self._bytes += _size(drawn)
            while self._bytes > self._largest and len(self._kept) > 1:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return drawn


def _size(parts: Parts) -> int:
    return sum(len(part) for part in parts.values())
