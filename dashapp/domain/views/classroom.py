"""What a classroom page shows."""

from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from operator import is_

from dashapp.domain.keys import PublicId
from dashapp.domain.views.activity import Day
from dashapp.domain.views.cohort import CohortFigures
from dashapp.domain.views.course import CourseChoice, Due
from dashapp.domain.views.freshness import Freshness
from dashapp.domain.views.standing import Level, Reason

_ORDER = {Level.HELP: 0, Level.WATCH: 1, Level.CALM: 2}


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
    progress: float | None = None
    """Completed in % of the published activities; None where nothing is published."""
    trend: tuple[int, int] | None = None
    """Events of the last 3 teaching weeks and of the 3 before; None where there are fewer yet."""
    contacted: date | None = None
    """The local day on which the last mail of staff of the course went to them."""

    def rank(self) -> tuple[int, int, int, str, int]:
        """Sorts a list: those who need help first, most points of the rules, then whoever was active last."""
        last = (self.last_active or date.min).toordinal()
        return _ORDER[self.level], -self.points, -last, self.name, self.public_id.int


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Learners of a list, equal where they are the same objects: these are frozen, so what is said of them holds."""

    rows: tuple[LearnerRow, ...]

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.rows)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listed) and len(self.rows) == len(other.rows) and all(map(is_, self.rows, other.rows))


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
    figures: CohortFigures
    """Of the chosen learners."""
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
    everybody: int = 0
    """Learners whom the reader sees by name, whichever the filters choose; 0 where `named` is False."""
    unmatched: bool = False
    """There are learners whom the reader sees, but the filters choose none of them."""
    to_come: date | None = None
    """The first chosen day where it lies after today: there is no day and no week to show."""
    named: bool = True
    """False for who may not see each member by name: `learners` and `heat` are empty then, figures are of groups."""
    hidden: bool = False
    """The course is too small, or would give a smaller one away: no figure is shown at all."""
    first_week: int = 1
    """Which week of the course the first of `week_starts` is: 1 where teaching begins, less before it."""
    groups: tuple[str, ...] = ()
    """The groups of learners to choose from: those with anybody in them."""
    activity_types: tuple[str, ...] = ()
    """The types of activities that the course has."""
    picked: int = 0
    """How many learners of the course were picked by hand."""
    other: CohortFigures | None = None
    """Of a second choice of learners, to compare with; None where there is none."""
    unpicked: tuple[LearnerRow, ...] = ()
    """Where some were picked by hand: the others, whom all other filters choose."""
    level_counts: tuple[int, int, int] = (0, 0, 0)
    """Learners who need help, to watch and on course, of those whom all filters but the level choose."""
    rostered: bool = True
    """False: no source has sent a roster, and whoever did something in the course counts as a learner."""

    def with_unpicked(self) -> tuple[LearnerRow, ...]:
        """All learners whom the filters choose, picked by hand or not, in the order of the list."""
        return (*merge(self.learners, self.unpicked, key=LearnerRow.rank),) if self.unpicked else self.learners
