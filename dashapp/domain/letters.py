"""Dead letters: what was refused, which of them somebody means, and what pages show of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlencode

from dashapp.domain.events import RefusalReason
from dashapp.domain.filters import Filters
from dashapp.domain.keys import OrganisationId
from dashapp.domain.views import Freshness

MOST_CHOSEN: Final = 1000
"""Letters that can be named one by one."""


class LetterState(StrEnum):
    """What has become of a letter."""

    OPEN = "open"
    REPLAYING = "replaying"
    """On its way back: in the transport, not decided about yet."""
    REPLAYED = "replayed"
    """It came through."""
    DISMISSED = "dismissed"


class ReplayState(StrEnum):
    """How far a replay is."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    """All its letters are back in the transport."""


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """Which letters are meant. None: no restriction. `ids` are combined with everything else."""

    organisation_id: OrganisationId | None = None
    reason: RefusalReason | None = None
    sender: str | None = None
    topic: str | None = None
    state: LetterState | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Last seen before this instant."""
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class LetterFilters:
    """The filters of the page as they stand in its address. `first` and `last` are local days, both inclusive."""

    reason: RefusalReason | None = None
    sender: str | None = None
    topic: str | None = None
    state: LetterState = LetterState.OPEN
    first: date | None = None
    last: date | None = None
    page: int = 1
    letter: int | None = None
    """The one that is looked at."""

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """From the texts of a URL or of controls, by the names of the URL; what is not understood is ignored."""
        days = Filters.parse(first=given.get("from"), last=given.get("to"))
        return cls(
            reason=next((one for one in RefusalReason if one.value == given.get("reason")), None),
            sender=Filters.parse(unit=given.get("source")).unit,
            topic=Filters.parse(unit=given.get("topic")).unit,
            state=next((one for one in LetterState if one.value == given.get("state")), LetterState.OPEN),
            first=days.first,
            last=days.last,
            page=min(_number(given.get("page")) or 1, 100_000),
            letter=_number(given.get("letter")),
        )

    def to_query(self) -> str:
        """The query string without "?", only what is set."""
        pairs = [
            ("reason", self.reason),
            ("source", self.sender),
            ("topic", self.topic),
            ("state", self.state if self.state is not LetterState.OPEN else None),
            ("from", self.first.isoformat() if self.first else None),
            ("to", self.last.isoformat() if self.last else None),
        ]
        return urlencode([(name, value) for name, value in pairs if value])


def _number(text: object) -> int | None:
    """A positive number of at most 18 digits."""
    digits = str(text) if text else ""
    return int(digits) or None if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter of a list."""

    letter_id: int
    reason: RefusalReason
    detail: str
    sender: str | None
    topic: str
    state: LetterState
    count: int
    attempts: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it is looked at, with its bytes."""

    row: LetterRow
    transport: str
    partition: int | None
    offset: int | None
    body: bytes
    """At most the first 64 KiB."""
    body_bytes: int
    decided_by: str | None
    decided_at: datetime | None
    looked_at: tuple[tuple[str, datetime], ...] = ()
    """(who, when) of the last looks before this one."""

    @property
    def complete(self) -> bool:
        """Whether all of it was kept: only then it can be replayed."""
        return 0 < self.body_bytes == len(self.body)


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay and how far it is. Of `moved` letters, `came_through` are counted and `refused` are open again."""

    replay_id: int
    state: ReplayState
    total: int
    moved: int
    came_through: int
    refused: int
    requested_by: str
    requested_at: datetime

    @property
    def under_way(self) -> int:
        """Letters in the transport of which nothing is known yet."""
        return max(0, self.moved - self.came_through - self.refused)


@dataclass(frozen=True, slots=True)
class LettersView:
    """Everything on the page of dead letters but the one that is looked at."""

    rows: tuple[LetterRow, ...]
    total: int
    """Letters of the choice."""
    times: int
    """How often they came, repetitions included."""
    page: int
    pages: int
    reasons: tuple[tuple[RefusalReason, int, int], ...]
    """(reason, letters, how often), over the choice without its reason; the most letters first."""
    senders: tuple[str, ...]
    topics: tuple[str, ...]
    replay: Replay | None
    """The latest one that is running, was stopped, or ended within the last hour."""
    open_letters: int
    freshness: Freshness
