"""What stands below the fold of a classroom page."""

from dataclasses import dataclass
from datetime import date, datetime

from dashapp.domain.views.course import CourseChoice
from dashapp.domain.views.freshness import Freshness


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
class AssignmentWork:
    """One activity with a deadline or with scores: who handed it in when, and how its scores are spread."""

    title: str
    due_at: datetime | None
    on_time: int
    late: int
    missing: int
    not_yet_due: int
    scores: tuple[int, ...]
    """Learners per tenth of the scale from 0 to 100; empty where the distribution is hidden for privacy."""
    graded: int
    mean: float | None
    median: float | None

    @property
    def expected(self) -> int:
        """Learners for whom it is due, or was."""
        return self.on_time + self.late + self.missing + self.not_yet_due


@dataclass(frozen=True, slots=True)
class UnitEngagement:
    """One unit of the content with everything below it."""

    title: str
    depth: int
    """0 at the top of the tree."""
    published: int
    """Activities that learners can open by now."""
    touched: int
    """Learners who have done anything with any of its activities."""
    touched_share: float
    completed_share: float | None
    """Of all that was published to all learners; None where nothing is published."""


@dataclass(frozen=True, slots=True)
class QuestionTries:
    """One question of a quiz."""

    quiz: str
    item: str
    learners: int
    """Who answered it at all."""
    answers: int
    first_right: int
    """Learners right at the first attempt."""
    eventually_right: int
    """Learners right at any attempt so far."""

    @property
    def first_share(self) -> float:
        """First-try correct, 0 to 100."""
        return 100.0 * self.first_right / self.learners

    @property
    def eventual_share(self) -> float:
        """Eventually correct, 0 to 100."""
        return 100.0 * self.eventually_right / self.learners


@dataclass(frozen=True, slots=True)
class ForumWeek:
    """What the chosen learners wrote in one week."""

    start: date
    threads: int
    """Posts that answer no other post."""
    replies: int
    learners: int
    """Distinct learners who wrote."""


@dataclass(frozen=True, slots=True)
class Forum:
    """Discussions in the shown range."""

    weeks: tuple[ForumWeek, ...]
    threads: int
    """Begun by the chosen learners."""
    unanswered: int
    """Of these: nobody, not even staff, has replied, and they are older than two days."""


@dataclass(frozen=True, slots=True)
class TypeWeeks:
    """What was done with one type of activity, per week of `ClassroomWorkView.week_starts`."""

    activity_type: str
    events: tuple[int, ...]
    clicks: tuple[int, ...]
    shares: tuple[float, ...]
    """Of all events of the week, 0 to 100; 0 in a week without any."""


@dataclass(frozen=True, slots=True)
class ClassroomWorkView:
    """What the shown learners of a course did with its content, in the shown days.

    None in the place of a card: hidden for privacy.
    """

    course: CourseChoice
    first: date
    last: date
    today: date
    freshness: Freshness
    learners: int = 0
    unmatched: bool = False
    """As in `ClassroomView`."""
    to_come: date | None = None
    """As in `ClassroomView`."""
    week_starts: tuple[date, ...] = ()
    first_week: int = 1
    """As in `ClassroomView`."""
    assignments: tuple[AssignmentWork, ...] | None = None
    """The newest first; those that are published."""
    last_seen: tuple[int, ...] | None = None
    """Learners by when they were last seen, in the order of `indicators.last_seen.BOUNDS`, then longer, then never."""
    units: tuple[UnitEngagement, ...] | None = None
    """In the order of the course, each before what lies below it."""
    questions: tuple[QuestionTries, ...] | None = None
    """The hardest first."""
    forum: Forum | None = None
    hours: tuple[tuple[float, ...], ...] | None = None
    """Monday to Sunday, 24 hours each: learners active in that hour of that weekday, on average over the range."""
    hours_recorded: bool = True
    """False: the sources record days only."""
    types: tuple[TypeWeeks, ...] | None = None
    """The most used first."""
    videos: tuple[VideoViews, ...] | None = None
    """The most watched ones, by the chosen learners in the shown range; the most viewers first."""
    named: bool = True
    """False for who may not see each member by name."""
    hidden: bool = False
    """The course is too small, or would give a smaller one away: no figure is shown at all."""
