"""Who wrote to a learner, why, and what came after."""

from dataclasses import dataclass
from datetime import datetime

from dashapp.domain.indicators.follow_up import FollowUp


@dataclass(frozen=True, slots=True)
class Contact:
    """One message to a learner."""

    at: datetime
    author: str
    """Empty where no source has told the name."""
    course: str
    reason: str
    level: str
    """As it was then: help, watch or calm."""
    score: float | None
    """The average score as it was then."""
    state: str
    """Of the mail."""
    follow_up: FollowUp
