"""Learning systems that send events: which there are, what has come from each, and what pages miss of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from dashapp.domain.events import Topic
from dashapp.domain.keys import SourceId

MOST_LOOKED_AT: Final = 20_000
"""Events of a sender that are looked at one by one; of a sender with more only the sums are told."""


class LearningSystem(StrEnum):
    """What is connected: each sends in its own way."""

    MOODLE = "moodle"
    OPEN_EDX = "open_edx"
    CANVAS = "canvas"
    BRIGHTSPACE = "brightspace"
    BLACKBOARD = "blackboard"
    XAPI = "xapi"
    CALIPER = "caliper"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of a sender, without its secret."""

    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """Exact to the hour."""

    def holds(self, now: datetime) -> bool:
        """Whether a collector takes it."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has come from a sender; counts are of the last seven days."""

    first_at: datetime | None = None
    """None: it is not known, since it was before this was kept."""
    last_at: datetime | None = None
    events: int = 0
    refused: int = 0
    courses: int = 0
    learners: int | None = None
    """None: more than are looked at one by one."""
    unknown_terms: tuple[str, ...] = ()
    """What the sender says was done, in words that are no more to us than an interaction."""


@dataclass(frozen=True, slots=True)
class SenderRow:
    """A sender, its keys and what has come from it."""

    source_id: SourceId
    name: str
    issuer: str
    allowed: frozenset[Topic]
    enabled: bool
    keys: tuple[KeyRow, ...]
    arrived: Arrived


class Lack(StrEnum):
    """What is missing in all that has come, in the order in which it hurts most."""

    COURSES = "courses"
    NAMES = "names"
    ROSTER = "roster"
    TIMES = "times"
    TITLES = "titles"
    DUE_DATES = "due_dates"
    SCORES = "scores"
    COMPLETION = "completion"
    VIDEOS = "videos"


@dataclass(frozen=True, slots=True)
class Found:
    """How much of something there is: `there` of `total` things have it."""

    lack: Lack
    there: int
    total: int


@dataclass(frozen=True, slots=True)
class ConnectionsView:
    """The page of connections."""

    organisation: str
    zone: str
    senders: tuple[SenderRow, ...]
    found: tuple[Found, ...]
    """Empty while nothing has come."""
