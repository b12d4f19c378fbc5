"""A run's sign of life while it is made: its lease is renewed, and a run that nobody wants any more is ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event as Signal
from threading import Thread
from time import monotonic
from typing import Final

from dashapp.domain.errors import Unavailable
from dashapp.ending import Stopping

BEAT_SECONDS: Final = 15.0
"""Well under the time after which a run is taken for one whose maker is gone."""
TOLD_SECONDS: Final = 0.5
"""Between two words about how far it is."""

Beat = Callable[[tuple[int, int] | None], bool]
"""Says that it is being made, and how many of how many steps are done; whether it is still wanted."""


class NotWantedError(Exception):
    """It has been cancelled, or somebody else makes it."""


class EndingError(Exception):
    """The process ends."""


@dataclass(slots=True)
class Heart:
    """What the maker of a run calls at every step."""

    beat: Beat
    stopping: Stopping
    _wanted: Signal
    _told: float = float("-inf")

    def step(self, done: int, of: int) -> None:
        """Tells how far it is. Raises EndingError, NotWantedError, Unavailable."""
        if self.stopping.is_set():
            raise EndingError
        if not self._wanted.is_set():
            raise NotWantedError
        now = monotonic()
        if done < of and now - self._told < TOLD_SECONDS:
            return
        self._told = now
        if not self.beat((done, of)):
            raise NotWantedError


@contextmanager
def beating(beat: Beat, stopping: Stopping, every: float = BEAT_SECONDS) -> Iterator[Heart]:
    """Renews the lease from a thread of its own, however long a step takes."""
    wanted, over = Signal(), Signal()
    wanted.set()

    def renew() -> None:
        while not over.wait(every):
            # While the database is away the lease may run out; the maker then hears so at its next step.
            with suppress(Unavailable):
                if not beat(None):
                    wanted.clear()
                    return

    thread = Thread(target=renew, name="export-beat", daemon=True)
    thread.start()
    try:
        yield Heart(beat, stopping, wanted)
    finally:
        over.set()
        thread.join()
