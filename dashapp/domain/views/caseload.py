"""What the list of a caseload shows."""

from dataclasses import dataclass
from datetime import date

from dashapp.domain.keys import PublicId
from dashapp.domain.views.freshness import Freshness
from dashapp.domain.views.standing import Level, Reason


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
