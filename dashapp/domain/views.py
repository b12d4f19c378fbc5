"""What the queries hand to the pages: one frozen value per page, drawn by `dashapp.figures`, worded by components.

Minutes are None where the sources record days only ("not recorded by this source"); a group's figure is None where it
is hidden for privacy, and `hidden` says so. Shares and scores run from 0 to 100.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dashapp.domain.audience import Comparison
from dashapp.domain.keys import PublicId


class Level(StrEnum):
    """How much a learner needs somebody: by points over the thresholds of the course."""

    HELP = "help"
    WATCH = "watch"
    CALM = "calm"


class Rule(StrEnum):
    """The rules behind the level; `dashapp.domain.indicators.risk` defines them."""

    AWAY = "away"
    LITTLE_ACTIVITY = "little_activity"
    LOW_SCORE = "low_score"
    MISSED_DEADLINE = "missed_deadline"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule with the learner's value, the limit it is held against, and its points (0: it does not apply).

    Values: AWAY teaching days · LITTLE_ACTIVITY % of the course median of the last full week · LOW_SCORE % ·
    MISSED_DEADLINE number of deadlines. None: the rule cannot speak yet.
    """

    rule: Rule
    value: float | None
    limit: float | None
    points: int
    comparison: Comparison = Comparison.SHOWN
    """Why a rule that compares with the course does not speak, where it would have something to go by."""


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
class Due:
    """A deadline to come. `state` is one of not_open, not_started, opened, submitted."""

    course: str
    activity: str
    due_at: datetime
    weight_share: float | None
    state: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Due assignments so far."""

    on_time: int
    late: int
    missing: int
    not_yet_due: int


@dataclass(frozen=True, slots=True)
class CourseChoice:
    """A course as a choice in a filter or a navigation."""

    public_id: PublicId
    code: str
    title: str


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


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner in the grid of a classroom."""

    public_id: PublicId
    name: str
    sections: tuple[str, ...]
    level: Level
    points: int
    reasons: tuple[Reason, ...]
    last_active: date | None
    last_instant: datetime | None
    """The last event's instant, None where only the day is known."""
    minutes: int | None
    """Active minutes in the filter's range, θ = 30 min."""
    events: int
    weeks: tuple[int, ...]
    """Events per week over `ClassroomView.week_starts`."""
    score: float | None


@dataclass(frozen=True, slots=True)
class VideoViews:
    """Along the time line of one video: how many watched each part, and how often it was watched again."""

    title: str
    viewers: int
    """Learners who watched any part of it."""
    step: float
    """Seconds of video in one part."""
    learners: tuple[int, ...]
    """Learners per part."""
    again: tuple[int, ...]
    """Views per part beyond the first of each learner."""


@dataclass(frozen=True, slots=True)
class ClassroomView:
    """Everything on a classroom page, of one course and the chosen section and dates."""

    course: CourseChoice
    sections: tuple[tuple[str, str], ...]
    """(short id, title) to choose from."""
    learners: tuple[LearnerRow, ...]
    """Ordered: those who need help first."""
    week_starts: tuple[date, ...]
    heat: tuple[tuple[int | None, ...], ...]
    """Per learner of `heat_rows`, in the order of `learners`: minutes (else events) per week; None: to come."""
    heat_rows: int
    """How many of `learners` the heat map shows, from the top."""
    heat_in_minutes: bool
    days: tuple[Day, ...]
    active_7: int
    active_7_before: int
    median_minutes_week: float | None
    average_score: float | None
    next_due: Due | None
    today: date
    first: date
    last: date
    freshness: Freshness
    minutes_recorded: bool = True
    speaking: bool = True
    """False before teaching starts, in breaks and after the end: no rule speaks then."""
    enrolled: int | None = None
    """Learners of the chosen section; None where `hidden`."""
    named: bool = True
    """False for who may not see each member by name: `learners` and `heat` are empty then, figures are of groups."""
    hidden: bool = False
    """The course is too small, or would give a smaller one away: no figure is shown at all."""
    first_week: int = 1
    """Which week of the course the first of `week_starts` is: 1 where teaching begins, less before it."""
    videos: tuple[VideoViews, ...] = ()
    """The most watched ones, by the chosen learners in the shown range; the most viewers first."""
    rostered: bool = True
    """False: no source has sent a roster, and whoever did something in the course counts as a learner."""


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One course in the institution's comparison; figures are None where `hidden`."""

    public_id: PublicId
    code: str
    title: str
    unit: str
    enrolled: int | None
    active_7: int | None
    active_7_before: int | None
    events_7: int | None
    weeks: tuple[int, ...] = field(default=())
    """Events per week over `InstitutionView.week_starts`."""
    score_median: float | None = None
    score_quartile_1: float | None = None
    score_quartile_3: float | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """One course in the list of classrooms: its key figures while it is under way, or no other course is."""

    course: CourseChoice
    under_way: bool
    enrolled: int | None = None
    """None, as all that follow, where the figures are not read: the course is over and another one is under way."""
    active_7: int | None = None
    needs_help: int | None = None
    """None where no rule speaks now, and for who sees groups only."""
    watch: int | None = None
    hidden: bool = False
    """Too small, or would give a smaller one away, for who sees groups only."""


@dataclass(frozen=True, slots=True)
class CoursesView:
    """The classrooms that the reader may open, those under way first."""

    courses: tuple[CourseFigures, ...]
    today: date
    freshness: Freshness
    named: bool = True
    """False for who may not see each member by name: no levels are shown then."""


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """One learner of a caseload, over all their courses."""

    public_id: PublicId
    name: str
    courses: tuple[str, ...]
    """The codes."""
    level: Level
    """The most urgent of the courses under way."""
    speaking: bool
    """Whether any rule speaks in any of them."""
    reasons: tuple[tuple[str, tuple[Reason, ...]], ...]
    """(course code, the rules of that course)"""
    last_active: date | None
    average_score: float | None


@dataclass(frozen=True, slots=True)
class CaseloadView:
    """Learners whom one advises, or is guardian of; those who need help first."""

    learners: tuple[CaseloadRow, ...]
    today: date
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class InstitutionView:
    """Everything on an institution page."""

    name: str
    units: tuple[str, ...]
    chosen_unit: str | None
    enrolled: int | None
    active_7: int | None
    active_7_before: int | None
    events_7: int
    events_7_before: int
    courses: tuple[CourseRow, ...]
    week_starts: tuple[date, ...]
    days: tuple[Day, ...]
    today: date
    freshness: Freshness
    hidden: bool = False
    """The chosen unit is too small, or would give a smaller one away: its totals are not shown."""
    first: date | None = None
    """The first day of the whole weeks shown."""
    last: date | None = None
