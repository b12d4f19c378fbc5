"""How an import shows itself to a person at a terminal, and how it is interrupted."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Signal
from typing import Never

from tqdm import tqdm

from ingest.history.ways import Tally

INTERRUPTED = 130
"""The exit code of what was interrupted."""


class Terminal:
    """A bar with the rate and the time left, and sentences above it."""

    def __init__(self, bar: "tqdm[Never]", measure: Callable[[Tally], int]) -> None:
        """`measure` gives what the bar counts."""
        self._bar = bar
        self._measure = measure
        self._shown = bar.n

    def say(self, sentence: str) -> None:
        """A sentence that does not disturb the bar."""
        self._bar.write(sentence)

    def advance(self, tally: Tally) -> None:
        """Moves the bar to where the tally stands."""
        now = self._measure(tally)
        self._bar.update(now - self._shown)
        self._shown = now


@contextmanager
def interruptible(stop: Signal) -> Iterator[None]:
    """The first Ctrl-C ends the import after the batch in hand, the second one at once."""

    def interrupt(_number: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
