"""What the list of classrooms shows."""

from dataclasses import dataclass
from datetime import date

from dashapp.domain.views.course import CourseChoice
from dashapp.domain.views.freshness import Freshness


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
