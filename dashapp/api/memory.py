"""The memory of the collectors: how much of it bodies may take, each sender's fair share of it, and giving it back."""

import ctypes
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from dashapp.api.answers import Problem

_M_ARENA_MAX: Final = -8
"""Of malloc.h."""
_RETRY: Final = (("retry-after", "1"),)


@dataclass(slots=True)
class Memory:
    """How many bytes of bodies are in memory, of all requests together. For one event loop.

    A sender may hold as much as is free besides: half of the room when it is alone, a third beside another that does
    the same. So whoever comes finds room, however much somebody sends at once.
    """

    limit: int
    held: int = 0
    by_sender: Counter[int] = field(default_factory=Counter)

    def room_for(self, sender: int | None) -> "Room":
        """Room for the body of one request, given back at the end of a `with`; None: of nobody who has a share."""
        return Room(self, sender)


@dataclass(slots=True)
class Room:
    """What one request holds."""

    memory: Memory
    sender: int | None
    held: int = 0

    def take(self, count: int) -> None:
        """Takes room for so many more bytes. Raises Problem where there is none, or not for this sender."""
        memory, sender = self.memory, self.sender
        free = memory.limit - memory.held - count
        own = 0 if sender is None else memory.by_sender[sender] + count
        if own > memory.limit // 2:
            sentence = "This sender has too much under way at once. Send it again in a moment, or less at a time."
            raise Problem(429, sentence, _RETRY)
        if free < own:
            raise Problem(503, "Too much is arriving at once. Send it again in a moment.", _RETRY)
        memory.held += count
        self.held += count
        if sender is not None:
            memory.by_sender[sender] = own

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """The bytes are gone."""
        memory, sender = self.memory, self.sender
        memory.held -= self.held
        if sender is not None:
            memory.by_sender[sender] -= self.held
            if not memory.by_sender[sender]:
                del memory.by_sender[sender]
        self.held = 0


def give_memory_back() -> None:
    """Gives what this process has freed back to the system, where its C library can (glibc).

    glibc raises the size from which it maps a piece alone to 32 MB with the first large ones, and keeps smaller ones
    when they are freed: tens of megabytes after a burst of large bodies.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


def keep_one_arena() -> None:
    """Has all threads that begin from now on take their memory from one place, where the C library can (glibc).

    By default each thread has a place of its own, of whose last free piece `malloc_trim` gives nothing back. Threads of
    Python seldom ask at the same time.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    if option is not None:
        option(_M_ARENA_MAX, 1)
