"""What stands below the fold of a learner's page besides what the page itself has read."""

from dataclasses import dataclass
from datetime import date

from dashapp.domain.keys import PublicId
from dashapp.domain.views.freshness import Freshness


@dataclass(frozen=True, slots=True)
class WatchedVideo:
    """A video that the learner has watched."""

    course: str
    title: str
    seconds: float
    """Watched at least once."""
    length: float | None
    """The farthest point that anybody has reached, None where too few have watched to know."""


@dataclass(frozen=True, slots=True)
class StudentFurtherView:
    """The videos of one learner, the most recently watched first."""

    freshness: Freshness
    videos: tuple[WatchedVideo, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What the service holds about a learner in their courses, in numbers."""

    since: date | None = None
    """The first day with anything; None: there is nothing."""
    days: int = 0
    events: int = 0
    activities: int = 0
    submissions: int = 0
    answers: int = 0
    posts: int = 0
    stretches: int = 0


@dataclass(frozen=True, slots=True)
class OwnState:
    """What is read for a learner about themself alone and is never cached."""

    stored: Stored = Stored()
    goals: tuple[tuple[PublicId, int], ...] = ()
    """The goal in % of each course that has one."""
