"""The filters of the pages, as they stand in the URL. What cannot be understood is ignored, never an error."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

from dashapp.domain.events import ActivityType

_YEARS: Final = range(1970, 2200)
"""Those of events: a day near the ends of the calendar has no week before or after it."""
LONGEST_NAME: Final = 100
LONGEST_GROUP: Final = 500
LONGEST_AGAINST: Final = 5_000
REST: Final = "rest"
AGAINST: Final = frozenset({"section", "group", "view", "query"})
"""Kinds of a second choice that have a name."""
MOST_PICKED: Final = 5_000
"""Learners picked by hand at most: more are not a choice but the course."""


class Span(StrEnum):
    """A range of dates that moves with the day."""

    WEEK = "7d"
    MONTH = "28d"
    TERM = "term"


class Seen(StrEnum):
    """When a learner was last active."""

    TODAY = "today"
    WEEK = "7d"
    """On one of the last 7 days, today included."""
    LONGER = "longer"
    """Not on one of them, but before."""
    NEVER = "never"


class Band(StrEnum):
    """Average scores in %: from the first number up to below the second, 100 included in the last."""

    LOW = "0-40"
    MIDDLE = "40-60"
    GOOD = "60-80"
    HIGH = "80-100"
    NONE = "none"
    """Nothing has been graded yet."""


def _day(text: object) -> date | None:
    try:
        day = date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    return day if day is not None and day.year in _YEARS else None


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _name(text: object, longest: int = LONGEST_NAME) -> str | None:
    if not text:
        return None
    # Half a surrogate pair, which JSON can carry, is no character of any name.
    return str(text).encode("utf-8", "ignore").decode().replace("\0", "").strip()[:longest] or None


def _one_of(text: object, known: Collection[str]) -> str | None:
    return text if isinstance(text, str) and text in known else None


def _against(given: object) -> str | None:
    text = _name(given, LONGEST_AGAINST) if isinstance(given, str) else None
    if text is None:
        return None
    kind, colon, name = text.partition(":")
    return text if text == REST or (kind in AGAINST and colon and name) else None


def _learners(given: object) -> frozenset[UUID] | None:
    """None: nobody has picked anybody. What is no id is left out; were it all, nothing was picked."""
    if not isinstance(given, list | tuple | set | frozenset):
        return None
    known = {one if isinstance(one, UUID) else _uuid(one) for one in list(given)[:MOST_PICKED]}
    return frozenset(one for one in known if one is not None) or None


_IN_QUERY: Final = {
    **{name: name for name in ("course", "unit", "section", "group", "activity", "level", "seen", "score")},
    "range": "span",
    "from": "first",
    "to": "last",
    "compare": "against",
}
"""The fields of filters by their names in an address."""


@dataclass(frozen=True, slots=True)
class Filters:
    """A choice within what the scope permits; what is set is combined by "and".

    `first` and `last` are local days, both inclusive; None where a `span` is set.
    """

    section: str | None = None
    first: date | None = None
    last: date | None = None
    course: UUID | None = None
    level: str | None = None
    unit: str | None = None
    """The name of a faculty or department."""
    group: str | None = None
    """The name of a group of learners within the course."""
    span: Span | None = None
    activity: ActivityType | None = None
    """Learners who did something of this type on the shown days."""
    seen: Seen | None = None
    score: Band | None = None
    against: str | None = None
    """A second choice to compare with: "rest" (everybody else), or "section:", "group:" or "view:" with a name or id.
    Whoever has found the view puts "query:" with its filters in its place."""
    learners: frozenset[UUID] | None = None
    """Learners picked by hand: never in the URL, since it would tell who was looked at."""

    @classmethod
    def parse(cls, **given: object) -> Self:
        """Filters from texts of a URL or a control, by the names of the fields; `span` may be "custom".

        A range that ends before it starts is turned round.
        """
        span = _one_of(given.get("span"), set(Span))
        one, two = (None, None) if span else (_day(given.get("first")), _day(given.get("last")))
        if one and two and two < one:
            one, two = two, one
        seen, score = _one_of(given.get("seen"), set(Seen)), _one_of(given.get("score"), set(Band))
        activity = _one_of(given.get("activity"), set(ActivityType) - {ActivityType.UNKNOWN})
        return cls(
            section=_name(given.get("section")),
            first=one,
            last=two,
            course=_uuid(given.get("course")),
            level=_one_of(given.get("level"), ("help", "watch", "calm")),
            unit=_name(given.get("unit")),
            group=_name(given.get("group"), LONGEST_GROUP),
            span=Span(span) if span else None,
            activity=ActivityType(activity) if activity else None,
            seen=Seen(seen) if seen else None,
            score=Band(score) if score else None,
            against=_against(given.get("against")),
            learners=_learners(given.get("learners")),
        )

    @classmethod
    def of_query(cls, query: Mapping[str, object]) -> Self:
        """Filters from the parameters of an address, by the names that these have there; any others say nothing."""
        return cls.parse(**{_IN_QUERY[name]: value for name, value in query.items() if name in _IN_QUERY})

    def to_come(self, today: date) -> date | None:
        """The first chosen day where it lies after today: none of the chosen days has come yet."""
        return self.first if self.first is not None and self.first > today else None

    def to_query(self) -> str:
        """The query string without "?": only what is set, in a fixed order, so that equal filters give equal URLs."""
        pairs = [
            ("course", str(self.course) if self.course else None),
            ("unit", self.unit),
            ("section", self.section),
            ("group", self.group),
            ("activity", self.activity),
            ("level", self.level),
            ("seen", self.seen),
            ("score", self.score),
            ("range", self.span),
            ("from", self.first.isoformat() if self.first else None),
            ("to", self.last.isoformat() if self.last else None),
            ("compare", self.against),
        ]
        return urlencode([(name, value) for name, value in pairs if value])

    def key(self) -> str:
        """What tells these filters from all others: the query, and a digest of who was picked."""
        if self.learners is None:
            return self.to_query()
        picked = blake2b(b"".join(sorted(one.bytes for one in self.learners)), digest_size=20).hexdigest()
        return f"{self.to_query()}#{picked}"
