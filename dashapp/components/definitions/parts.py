"""What a definition says, what a card can be about, and the words that several definitions share."""

from dataclasses import dataclass, field
from enum import StrEnum

from dashapp.domain.indicators.metrics import Metric, metric
from dashapp.words import _


@dataclass(frozen=True, slots=True)
class Definition:
    """What a card says, over which time, what is left out, and from which aggregates it is read."""

    what: str
    span: str
    left_out: str
    source: str = ""
    """In words, where no metric of the dictionary names the tables."""
    metrics: tuple[str, ...] = field(default=(), kw_only=True)
    """The metrics that the card shows, by their keys: their words, formulas and tables come from the dictionary."""

    def terms(self) -> tuple[Metric, ...]:
        """The metrics that the card shows."""
        return tuple(metric(key) for key in self.metrics)


class Subject(StrEnum):
    """What a card can be about."""

    DUE = "due"
    SCORES = "scores"
    RULES = "rules"
    WEEKS = "weeks"
    CALENDAR = "calendar"
    LEARNERS = "learners"
    LEARNER_WEEKS = "learner_weeks"
    ACTIVE_DAYS = "active_days"
    TIME_AND_SCORE = "time_and_score"
    CLASSROOMS = "classrooms"
    CASELOAD = "caseload"
    COURSES = "courses"
    COURSE_TREE = "course_tree"
    RETENTION = "retention"
    STILL_ENROLLED = "still_enrolled"
    ENROLMENTS = "enrolments"
    PROGRAMMES = "programmes"
    ADOPTION = "adoption"
    COURSE_WEEKS = "course_weeks"
    COURSE_SCORES = "course_scores"
    QUALITY = "quality"
    VIDEOS = "videos"
    ASSIGNMENTS = "assignments"
    ASSIGNMENT_SCORES = "assignment_scores"
    LAST_SEEN = "last_seen"
    UNITS = "units"
    QUESTIONS = "questions"
    FORUM = "forum"
    HOURS = "hours"
    TYPES = "types"
    COHORTS = "cohorts"
    HINDSIGHT = "hindsight"


def enrolled_only() -> str:
    """Who is left out of every figure of a course."""
    return _(metric("enrolled").term.left_out)
