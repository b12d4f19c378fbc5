"""What a student page shows."""

from dataclasses import dataclass, field
from datetime import date, datetime

from dashapp.domain.audience import Comparison
from dashapp.domain.keys import PublicId
from dashapp.domain.views.activity import Day, Week
from dashapp.domain.views.content import Content
from dashapp.domain.views.course import CourseChoice, Due
from dashapp.domain.views.freshness import Freshness
from dashapp.domain.views.standing import Level, Reason


@dataclass(frozen=True, slots=True)
class Score:
    """One graded activity of one learner, beside the course; without quartiles where `comparison` says why."""

    course: str
    activity: str
    score: float
    at: datetime
    quartile_1: float | None = None
    median: float | None = None
    quartile_3: float | None = None
    comparison: Comparison = Comparison.SHOWN


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Due assignments so far."""

    on_time: int
    late: int
    missing: int
    not_yet_due: int


@dataclass(frozen=True, slots=True)
class StudentView:
    """Everything on a student page, of one learner over the chosen courses."""

    name: str
    courses: tuple[CourseChoice, ...]
    chosen: PublicId | None
    level: Level
    reasons: tuple[tuple[str, tuple[Reason, ...]], ...]
    """(course code, the rules of that course)"""
    levels: tuple[Level, ...]
    """The level in each course of `reasons`; `level` is the most urgent of them."""
    average_score: float | None
    weeks: tuple[Week, ...]
    days: tuple[Day, ...]
    scores: tuple[Score, ...]
    due: tuple[Due, ...]
    handed_in: HandedIn
    today: date
    comparison: Comparison
    """Of the weeks with the one course in view."""
    freshness: Freshness
    minutes_recorded: bool = True
    risk_shown: bool = True
    """False: the organisation does not tell learners their level and the rules behind it."""
    content: Content = field(default_factory=Content)
    earlier_score: float | None = None
    """`average_score` as it was before the newest of `scores` came; None where nothing came before it."""
