"""A course as a choice, and what is due in it."""

from dataclasses import dataclass
from datetime import datetime

from dashapp.domain.keys import PublicId


@dataclass(frozen=True, slots=True)
class CourseChoice:
    """A course as a choice in a filter or a navigation."""

    public_id: PublicId
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline to come. `state` is one of not_open, not_started, opened, submitted."""

    course: str
    activity: str
    due_at: datetime
    weight_share: float | None
    state: str
