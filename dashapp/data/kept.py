"""What is kept within a process, since several questions begin with it: arrays that are too large for the cache."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from threading import Lock
from typing import Generic, TypeVar

from dashapp.data.cache import Question

Shared = TypeVar("Shared")


class Kept(Generic[Shared]):
    """The values read last, at most so many. Safe to share between threads.

    What is kept is as old as its question's version and minute, like every answer of the cache.
    """

    def __init__(self, most: int) -> None:
        self._most = most
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
            return kept
        value = read()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
