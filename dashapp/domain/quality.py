"""How good the data of a sender are: what is counted of its events, the parts of the score, and their weights.

The dimensions are those of data-quality practice (validity, completeness, consistency, timeliness, uniqueness); there
is no score without its parts.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from dashapp.domain.events import LearningEvent, Precision, Verb
from dashapp.domain.views import Freshness

ALERT_UNDER: Final = 95.0
"""%: a sender whose score of the last `WINDOW` is lower is an alert."""
WINDOW: Final = timedelta(hours=24)
SPEAKS_FROM: Final = 100
"""Events within the window: of fewer, one bad event would be an alert."""
HELD_BY: Final = 50
"""Events within the window that hold an open alert: where fewer are left there is nothing to judge by any more, and
that a sender is silent is told by its last event. Under `SPEAKS_FROM`, so that a sender with about that many events a
day does not open and close alerts all the time."""
LATE_AFTER: Final = timedelta(hours=1)
LATE_DAY_AFTER: Final = timedelta(hours=36)
"""Of an event that knows its day only, counted from the noon that it names."""
HISTORY_AFTER: Final = timedelta(days=7)
"""What is older when it comes was brought in later on purpose: it is judged neither as late nor as slow."""
SLOW_AFTER: Final = timedelta(minutes=1)
LONGEST_STRETCH: Final = 86_400.0
"""Seconds of video in one event."""


class Part(StrEnum):
    """One part of the score."""

    VALID = "valid"
    KNOWN = "known"
    COMPLETE = "complete"
    IN_RANGE = "in_range"
    PUNCTUAL = "punctual"
    UNIQUE = "unique"
    FRESH = "fresh"


WEIGHTS: Final[Mapping[Part, int]] = MappingProxyType(
    {
        Part.VALID: 30,
        Part.KNOWN: 15,
        Part.COMPLETE: 15,
        Part.IN_RANGE: 15,
        Part.PUNCTUAL: 10,
        Part.UNIQUE: 10,
        Part.FRESH: 5,
    }
)
"""They add up to 100. What is refused is lost, so it weighs most; what comes late or twice is still counted right."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Events that came within some time. `received` has all of them, dead letters and repetitions included."""

    received: int = 0
    refused: int = 0
    repeated: int = 0
    learning: int = 0
    """Learning events among the received that could be decoded."""
    unknown: int = 0
    """Learning events about an activity that nobody has described."""
    incomplete: int = 0
    """Learning events that lack their time, their activity or, where something was graded, its score."""
    out_of_range: int = 0
    """Learning events with a negative score, one over its maximum, or a stretch of video longer than a day."""
    live: int = 0
    """Learning events that were at most a week old when they came."""
    late: int = 0
    """Live events that came more than an hour after they happened."""
    slow: int = 0
    """Live events with a time of day that came more than a minute after they happened."""

    def __add__(self, other: Self) -> "Counts":
        return Counts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def share(self, part: Part) -> float | None:
        """What is good in this respect, in %; None where nothing came that could tell."""
        bad, of = {
            Part.VALID: (self.refused, self.received),
            Part.UNIQUE: (self.repeated, self.received),
            Part.KNOWN: (self.unknown, self.learning),
            Part.COMPLETE: (self.incomplete, self.learning),
            Part.IN_RANGE: (self.out_of_range, self.learning),
            Part.PUNCTUAL: (self.late, self.live),
            Part.FRESH: (self.slow, self.live),
        }[part]
        return 100.0 * max(0, of - bad) / of if of else None

    def score(self) -> float | None:
        """The mean of the parts by their weights, 0 to 100, over the parts that can tell; None where none can."""
        told = [(WEIGHTS[part], share) for part in Part if (share := self.share(part)) is not None]
        return sum(weight * share for weight, share in told) / sum(weight for weight, _ in told) if told else None

    def raises_alert(self) -> bool:
        """Whether these counts of a `WINDOW` are an alert."""
        score = self.score()
        return score is not None and score < ALERT_UNDER and self.received >= SPEAKS_FROM

    def ends_alert(self) -> bool:
        """Whether an alert that is open ends with these counts of a `WINDOW`."""
        score = self.score()
        return score is None or score >= ALERT_UNDER or self.received < HELD_BY


def is_incomplete(event: LearningEvent) -> bool:
    """Whether the event lacks what its kind should say."""
    if event.occurred_at is None:
        return True
    if event.activity is None:
        return event.verb is not Verb.COMPLETED
    return event.verb is Verb.GRADED and event.score is None and not event.exempt


def is_out_of_range(event: LearningEvent) -> bool:
    """Whether a value of the event cannot be."""
    score, highest = event.score, event.max_score
    if score is not None and (score < 0 or (highest is not None and score > highest)):
        return True
    first, last = event.position_from, event.position_to
    return first is not None and last is not None and last - first > LONGEST_STRETCH


def limits_of(precision: Precision) -> tuple[timedelta, timedelta]:
    """From which delay on an event is (late, slow)."""
    return (LATE_AFTER, SLOW_AFTER) if precision is Precision.INSTANT else (LATE_DAY_AFTER, LATE_DAY_AFTER)


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One sender over the shown days."""

    name: str
    counts: Counts
    last_received: datetime | None
    alert_since: datetime | None
    """When its open alert began; None without one."""


@dataclass(frozen=True, slots=True)
class CourseQuality:
    """One course over the shown days, from all senders."""

    code: str
    title: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class QualityAlert:
    """A time during which a sender's score was under the limit."""

    source: str
    opened_at: datetime
    closed_at: datetime | None
    lowest_score: float


@dataclass(frozen=True, slots=True)
class QualityView:
    """Everything on the page about data quality, of one organisation."""

    organisation: str
    total: Counts
    days: tuple[tuple[date, float | None, int], ...]
    """(local day, score, received events), every day of the range in order."""
    sources: tuple[SourceQuality, ...]
    """The worst first."""
    courses: tuple[CourseQuality, ...]
    """The worst first; at most `MOST_COURSES` of the query."""
    alerts: tuple[QualityAlert, ...]
    """The newest first."""
    today: date
    freshness: Freshness
