"""What has been drawn once need not be drawn again: ready-made parts of pages, by everything that they depend on.

The key is the whole content of a view with the screen, language and links it is drawn for, so there is nothing to
forget and nothing to invalidate: who gets another view gets another drawing, and who gets the same one may share it.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import fields
from hashlib import blake2b
from threading import Lock
from typing import Any, Final

import msgspec

LARGEST: Final = 64_000_000
"""Bytes of all drawings together; a classroom of 160 learners takes 150,000."""

MOST_HELD: Final = 4_000_000
"""Bytes, as MessagePack, of the views whose contents are known to be what they were: they are held as long."""

Parts = Mapping[str, bytes]


class Memo:
    """Keeps the most recently used drawings of this process. Safe to share between threads."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._kept: OrderedDict[bytes, Parts] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self.digests = Digests()

    def parts(self, depends_on: object, draw: Callable[[], Parts]) -> Parts:
        """The parts drawn before for an equal `depends_on` (anything that msgspec can write), else drawn now."""
        key = _digest(msgspec.msgpack.encode(depends_on))
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


class Digests:
    """What views hold, as short names: the same for equal contents. Safe to share between threads.

    A view that is read again from the same kept answer has the same objects in its fields. Views are frozen, so these
    hold what they held, and need not be looked at once more: writing out a course takes half a millisecond.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, ...], tuple[tuple[object, ...], bytes, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def of(self, view: Any, without: str) -> bytes:
        """The name of a frozen dataclass's contents but for one field."""
        held = (type(view), *(getattr(view, each.name) for each in fields(view) if each.name != without))
        places = tuple(id(one) for one in held)
        with self._lock:
            known = self._known.get(places)
            if known is not None:
                self._known.move_to_end(places)
                return known[1]
        written = msgspec.msgpack.encode((type(view).__name__, *held[1:]))
        digest = _digest(written)
        with self._lock:
            if places not in self._known:
                # With the objects themselves, since others may come to stand where they stood.
                self._known[places] = held, digest, len(written)
                self._bytes += len(written)
            while self._bytes > MOST_HELD and len(self._known) > 1:
                self._bytes -= self._known.popitem(last=False)[1][2]
        return digest


def _digest(written: bytes) -> bytes:
    return blake2b(written, digest_size=20).digest()


def _size(parts: Parts) -> int:
    return sum(len(part) for part in parts.values())
