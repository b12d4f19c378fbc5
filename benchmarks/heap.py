"""What an open page keeps: its heap, its nodes and its listeners after collected garbage.

Machine code is left out, by the browser's flags: V8 makes it of what runs often, a piece for each function and never a
second one, so it grows for hundreds of updates and then no more. What would not end is what a page keeps of updates.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import CDPSession

INTERPRETED: Final = "--js-flags=--no-opt --no-maglev --no-sparkplug"
COLLECTIONS: Final = 3
"""What one collection sets free may hold what only the next one finds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """After so many updates; the heap in bytes."""

    updates: int
    heap: float
    nodes: int
    listeners: int


def kept(session: CDPSession, updates: int) -> Kept:
    """What the page keeps now."""
    for _collection in range(COLLECTIONS):
        session.send("HeapProfiler.collectGarbage")
    counted = session.send("Memory.getDOMCounters")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    return Kept(updates, used, counted["nodes"], counted["jsEventListeners"])


def growth(seen: Sequence[Kept], what: str) -> float:
    """How much of something each update adds: from the median of the first half to that of the second, so that one look
    at a page which was just then at work says nothing."""
    half = len(seen) // 2
    (begin, first), (end, last) = (
        (statistics.median(one.updates for one in part), statistics.median(float(getattr(one, what)) for one in part))
        for part in (seen[:half], seen[-half:])
    )
    return (last - first) / (end - begin)
