"""How fresh what a page shows is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until when the data is complete, and how far behind the clock that is."""

    as_of: datetime
    behind_seconds: float
    """Age of the oldest event that waits; 0 where nothing waits."""
    transport_away: bool = False
    zone: str = "UTC"
    """The organisation's time zone now: clocks and deadlines are shown in it."""
    late: bool = False
    """Whether it is so far behind that pages say so above all cards."""
