"""Waiting for what another thread or process brings about."""

import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 60.0
"""Seconds that a busy machine may need."""
_LOOK: Final = 0.01


def await_that(holds: Callable[[], bool], what: str = "it has happened", seconds: float = PATIENCE) -> None:
    """Returns as soon as it holds; a test that waits in vain fails with the words."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(_LOOK)
