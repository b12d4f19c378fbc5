"""How fast an import may go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Signal
from time import monotonic


@dataclass(slots=True)
class Pace:
    """Lets events through at no more than `speed` a second; None: as fast as they are taken."""

    speed: int | None
    stop: Signal
    clock: Callable[[], float] = monotonic
    _next: float = field(default=0.0, init=False)

    def await_turn(self, events: int) -> bool:
        """Waits until these events may go; False when the import was stopped."""
        if self.speed is not None:
            now = self.clock()
            turn = max(self._next, now)
            self._next = turn + events / self.speed
            self.stop.wait(turn - now)
        return not self.stop.is_set()
