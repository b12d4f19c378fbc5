"""Activity by week and by day, of one learner or of a group."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Week:
    """One local week, Monday first."""

    start: date
    events: int
    minutes: int | None
    active_days: int
    median_minutes: float | None = None
    median_events: float | None = None
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: of one learner (`learners` is None) or of a group."""

    day: date
    events: int
    minutes: int | None = None
    learners: int | None = None
