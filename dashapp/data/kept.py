"""What is kept within a process, since several questions begin with it: arrays that are too large for the cache."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from threading import Lock
from typing import Generic, TypeVar

from dashapp.data.cache import Question

Shared = TypeVar("Shared")


class Kept(Generic[Shared]):
    """The values read last, together at most so large. Safe to share between threads.

    What is kept is as old as its question's version and minute, like every answer of the cache.
    """

    def __init__(self, most: int, size: Callable[[Shared], int] = lambda _value: 1) -> None:
        self._most = most
        self._size = size
        self._held = 0
        self._kept: OrderedDict[Hashable, Shared] = OrderedDict()
        self._lock = Lock()

    def of(self, question: Question, read: Callable[[], Shared]) -> Shared:
        """The value for the question's scope, filters, subject, version and minute, whichever query asks for it."""
        return self.under(replace(question, name="kept").key(""), read)

    def under(self, key: Hashable, read: Callable[[], Shared]) -> Shared:
        """The value kept under a key that has all that it depends on, or read now."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        value = read()
        with self._lock:
            before = self._kept.pop(key, None)
            self._held += self._size(value) - (0 if before is None else self._size(before))
            self._kept[key] = value
            # The newest stays, however large it is.
            while self._held > self._most and len(self._kept) > 1:
                self._held -= self._size(self._kept.popitem(last=False)[1])
        return value
