"""What stands below the fold of a classroom page."""

from dataclasses import dataclass
from datetime import date

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
class ClassroomWorkView:
    """What the shown learners of a course did with its content, in the shown days."""

    course: CourseChoice
    videos: tuple[VideoViews, ...]
    """The most watched ones, by the chosen learners in the shown range; the most viewers first."""
    first: date
    last: date
    today: date
    freshness: Freshness
    named: bool = True
    """False for who may not see each member by name."""
    hidden: bool = False
    """The course is too small, or would give a smaller one away: no figure is shown at all."""
