"""What an institution page shows."""

from dataclasses import dataclass, field
from datetime import date

from dashapp.domain.keys import PublicId
from dashapp.domain.views.activity import Day
from dashapp.domain.views.freshness import Freshness


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
    handed: tuple[int, int, int] | None = None
    """Work past due, of all learners: on time, late, missing."""
    needs_help: int | None = None
    """Learners whom the rules list; None where no rule speaks now."""
    withdrawn: int | None = None
    """Learners who were enrolled once and are no more."""
    ever: int | None = None
    """Learners who were ever enrolled."""
    completed: float | None = None
    """% who did not withdraw, of those with an outcome; None where fewer than k have one."""
    progress: float | None = None
    """The median over the learners, in %; None where nothing has been published, and of fewer than k learners."""


@dataclass(frozen=True, slots=True)
class ActiveSpan:
    """Some whole weeks: distinct learners who were active in them, never added up, and courses with activity."""

    first: date
    last: date
    """The last day of the last week, which may be still to come."""
    learners: int
    courses: int
    """Of those whose figures are shown."""
    under_way: bool = False


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
    weeks: tuple[ActiveSpan, ...] = ()
    """The shown weeks; nothing where hidden."""
    months: tuple[ActiveSpan, ...] = ()
    """The calendar months all of whose weeks are shown, and the one under way: a week belongs to the month of its
    Thursday."""
    day_courses: tuple[int, ...] = ()
    """Courses with activity on each of `days`, of those whose figures are shown."""
    under_way: bool = True
    """Whether the compared courses are those under way; False where none is, and all of them are compared."""
    unit_learners: tuple[tuple[str, int], ...] = ()
    """Distinct learners of each unit whose total is shown."""
    to_come: date | None = None
    """The first chosen day where it lies after today: there is no day and no week to show."""
