"""What one request may read. Every query takes a Scope; row-level security is the second wall behind it."""

from dataclasses import dataclass
from datetime import datetime

from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.keys import CourseId, OrganisationId, PersonId


@dataclass(frozen=True, slots=True)
class Scope:
    """Derived from a principal for one page. Hashable, since it is part of every cache key."""

    organisation_id: OrganisationId
    viewer: PersonId
    audience: Audience
    courses: frozenset[CourseId] | None
    """The courses that may be read; None: every course of the organisation."""
    learners: frozenset[PersonId] | None
    """The learners whose own rows may be read; None: every learner of `courses`."""
    minimum_group: int = MINIMUM_GROUP

    def permits_course(self, course: CourseId) -> bool:
        return self.courses is None or course in self.courses

    def permits_learner(self, person: PersonId) -> bool:
        return self.learners is None or person in self.learners


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant that a page speaks about: always given, so that no query hides a now()."""

    instant: datetime
    """Aware, in UTC."""

    def bucket(self) -> datetime:
        """The minute that stands in cache keys: "away 7 days" changes without an event."""
        return self.instant.replace(second=0, microsecond=0)
