"""What became of a batch."""

from dataclasses import dataclass, field
from datetime import datetime

from dashapp.data.store.arrivals import Buried
from dashapp.data.store.quality import Tally
from dashapp.domain.keys import CourseId, OrganisationId, PersonId


@dataclass(slots=True)
class Touched:
    """What a batch touched in one organisation, for the versions of scopes. People by the key they count under."""

    courses: set[CourseId] = field(default_factory=set)
    people: set[PersonId] = field(default_factory=set)
    oldest_received_at: datetime | None = None

    def add(self, course: int | None, person: int | None) -> None:
        """One course and one person more, where there are any."""
        if course is not None:
            self.courses.add(CourseId(course))
        if person is not None:
            self.people.add(PersonId(person))


@dataclass(slots=True)
class Written:
    """What became of a batch. Each arrival is new or seen, or in `buried`; a retraction that is new and cannot take its
    target back is both."""

    new: int = 0
    seen: int = 0
    buried: list[Buried] = field(default_factory=list)
    touched: dict[OrganisationId, Touched] = field(default_factory=dict)
    quality: dict[OrganisationId, Tally] = field(default_factory=dict)
