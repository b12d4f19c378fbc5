"""Who wrote to a learner, why, and what came after."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashapp.domain.indicators.follow_up import Situation


class Look(StrEnum):
    """Whether it is known how a learner stood."""

    TAKEN = "taken"
    NOT_DUE = "not_due"
    """The days are not over."""
    NOT_YET = "not_yet"
    """They are over, and it will be written down within minutes."""
    NO_DATA = "no_data"
    """The learner was in the course no more, or the course is gone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stood, so many days after a mail."""

    days_after: int
    look: Look
    as_of: datetime
    situation: Situation | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One message to a learner."""

    at: datetime
    author: str
    """Empty where no source has told the name."""
    course: str
    reason: str
    level: str | None
    """As it was then: help, watch or calm. None: it would tell of a few learners whom the reader does not see; then
    there are no reasons and no later levels either."""
    score: float | None
    """The average score as it was then."""
    state: str
    """Of the mail."""
    standings: tuple[Standing, ...]
    """When it was written, and after 7 and 14 days; empty for a mail that was not sent."""
