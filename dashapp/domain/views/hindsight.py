"""What a course's card about its own list shows: how it went on with those whom the rules had listed."""

from dataclasses import dataclass
from datetime import date

from dashapp.domain.views.course import CourseChoice
from dashapp.domain.views.freshness import Freshness


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One earlier day: whom the rules listed then as in need of help, and how it went on with them and the others."""

    day: date
    week: int
    """Of the course; 1 where teaching begins."""
    listed: int
    listed_lost: int
    """Of those listed, who has left or failed since."""
    others: int
    others_lost: int

    @property
    def of_listed(self) -> float | None:
        """% of those listed who have left or failed since; None where nobody was listed."""
        return 100.0 * self.listed_lost / self.listed if self.listed else None

    @property
    def of_others(self) -> float | None:
        """% of the others; None where there were none."""
        return 100.0 * self.others_lost / self.others if self.others else None

    @property
    def found(self) -> float | None:
        """% of all who have left or failed since that were listed; None where nobody has."""
        lost = self.listed_lost + self.others_lost
        return 100.0 * self.listed_lost / lost if lost else None


@dataclass(frozen=True, slots=True)
class HindsightView:
    """The card. No checkpoints: none lies far enough back, or no source says who has left."""

    course: CourseChoice
    checkpoints: tuple[Checkpoint, ...]
    """The oldest first."""
    ended: bool
    """Whether the course is over, so that who failed is known too."""
    today: date
    freshness: Freshness
    hidden: bool = False
    """It speaks of all learners of the course, and the reader does not see each of them by name."""
    rostered: bool = True
