"""What a learner has done of the content of their courses, what is left, and what could come next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashapp.domain.keys import PublicId

BEHIND = 0.1
"""Of the activities planned for today: who has left more of them open is behind the plan."""


class StepKind(StrEnum):
    """Why something is a next step, the most pressing first."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    UNFINISHED = "unfinished"
    UNIT_UNTOUCHED = "unit_untouched"
    LOW_SCORE = "low_score"


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing that a learner could do next, and what speaks for it."""

    kind: StepKind
    course: str
    title: str
    """Of the activity, or of the unit where it is a unit."""
    unit: str = ""
    """In which unit the activity stands; empty where it stands in none."""
    at: datetime | None = None
    """When it is or was due; of UNFINISHED without a deadline: None."""
    score: float | None = None
    """Of LOW_SCORE."""
    address: str | None = None
    """Where it can be opened, as its sender names it."""


class WorkState(StrEnum):
    """What has become of a piece of work with a deadline."""

    DONE = "done"
    LATE = "late"
    MISSING = "missing"
    DUE = "due"
    NOT_OPEN = "not_open"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One assignment along time: when it is due, when it came, and what has become of it."""

    course: str
    title: str
    state: WorkState
    due_at: datetime
    submitted_at: datetime | None = None
    """None with DONE: a grade without a submission, or work carried over."""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Untouched:
    """A published activity that the learner has not opened."""

    title: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How far a learner is through one unit of a course. `title` is empty for what stands in no unit."""

    course: str
    title: str
    done: int
    published: int
    mastery: float | None
    """0 to 100: the mean of the best scores of what is graded in it; None: nothing is."""
    untouched: tuple[Untouched, ...] = ()


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """Activities completed of those that are published to the learner, beside the plan for this day."""

    course: str
    done: int
    published: int
    planned: int | None
    """None: the course has no start or no end to plan by."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a course's score is made of so far and what is left, as weights and weight × score (0 to 100)."""

    public_id: PublicId
    course: str
    earned: float = 0.0
    """Weight × score of what is graded."""
    graded: float = 0.0
    rest: float = 0.0
    """The weight of what is still to be graded: handed in, or not yet due."""
    missing: float = 0.0
    """The weight of what passed its deadline without anything handed in."""
    repeatable: float = 0.0
    """The weight of what is graded and can still be tried again: its best or latest attempt counts, and it is open."""
    repeatable_earned: float = 0.0
    weighted: bool = True
    """False: the course has no weights, and the maximum scores stand for them."""

    @property
    def total(self) -> float:
        """The weight of everything known."""
        return self.graded + self.rest + self.missing


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """How many others have an average score from `low` up to `high`; the last bin holds 100 as well."""

    low: int
    high: int
    learners: int


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of the content of the chosen courses."""

    progress: tuple[CourseProgress, ...] = ()
    steps: tuple[NextStep, ...] = ()
    work: tuple[WorkRow, ...] = ()
    units: tuple[UnitProgress, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    distribution: tuple[ScoreBin, ...] = ()
    """Of the one course in view; empty where it would tell too much, or several courses are in view."""

    @property
    def done(self) -> int:
        """Activities completed in all courses in view."""
        return sum(one.done for one in self.progress)

    @property
    def planned(self) -> int | None:
        """Activities that the plans have completed by today; None where a course has no plan."""
        planned = [one.planned for one in self.progress if one.planned is not None]
        return sum(planned) if planned and len(planned) == len(self.progress) else None

    @property
    def behind(self) -> int:
        """Activities of the plans that are left open; 0 of who has left no more than `BEHIND` of them open."""
        left = (self.planned or 0) - self.done
        return left if left > BEHIND * (self.planned or 0) else 0
