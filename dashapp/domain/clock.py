"""The clock is passed in, so that nothing below the edge calls now() by itself."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)
