"""How a process of the service is told to end: by SIGTERM or SIGINT, however it waits at that moment."""

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

ENDING_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Stopping(Protocol):
    """Says whether work is to end. `threading.Event` is one, for who sets it from another thread."""

    def is_set(self) -> bool:
        """Whether the end was asked for."""


class Waiting(Stopping, Protocol):
    """Waits for it besides."""

    def wait(self, timeout: float | None = None) -> bool:
        """Waits at most for so many seconds; whether the end was asked for."""


class EndSignal:
    """Whether the process is asked to end. To be asked and waited for in the main thread only, and never forgotten.

    The signal arrives as a byte in a socket. An Event or a queue would be filled by a Python handler, which runs only
    when the main thread comes back to Python: where the signal falls between its last look and its sleep, or is taken
    by another thread, that is never.
    """

    def __init__(self) -> None:
        """Hears nothing yet."""
        self._heard, self._told = socket.socketpair()
        # The one that is told is written to within a signal handler, which must never wait.
        self._told.setblocking(False)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hears the signals inside the block; afterwards they do what they did before."""
        handlers = {number: signal.signal(number, _go_on) for number in ENDING_SIGNALS}
        other = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(other)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            self._heard.close()
            self._told.close()

    def is_set(self) -> bool:
        """Whether it was asked for by now."""
        return self.wait(0.0)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it is asked for, or so many seconds are over; whether it was. None: however long it takes."""
        # What is there is left there: who asks again gets the same answer.
        return bool(select.select([self._heard], [], [], timeout)[0])


def _go_on(_number: int, _frame: FrameType | None) -> None:
    """What the main thread does besides: nothing. Without a handler the process would just die."""
