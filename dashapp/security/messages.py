"""Who writes to whom: staff of a course, to those of its learners whom they see by name, and to nobody else."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from dashapp.data.database import DatabaseRole
from dashapp.data.store.messages import addresses_of, contacted_since, queue, take_back
from dashapp.domain.audit import ViewerRole
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PersonId
from dashapp.domain.messages import Draft, NewMessage, Recipient
from dashapp.domain.principal import Principal
from dashapp.domain.views import CourseChoice, LearnerRow, Level
from dashapp.security.acting import acting
from dashapp.security.guard import stands_alone
from dashapp.services import Services

RECENT: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A learner to whom a message may go."""

    row: LearnerRow
    person: PersonId
    has_address: bool
    recently: bool
    """Whether a mail has gone to them within the last 14 days."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Those learners of a course who were chosen, in the order of its list."""

    course: CourseChoice
    learners: tuple[Addressee, ...]

    @property
    def reachable(self) -> tuple[Addressee, ...]:
        """Those whose address is known."""
        return tuple(one for one in self.learners if one.has_address)


@dataclass(frozen=True, slots=True)
class Messaging:
    """Acts for one principal. All raise Unavailable, NotFound, NotPermitted."""

    services: Services
    principal: Principal

    @property
    def can_send(self) -> bool:
        """Whether a mail server is set."""
        return self.services.settings.smtp_host is not None

    def chosen(self, course: UUID, wanted: Collection[UUID] | None) -> Addressed:
        """The learners of `wanted`, None: all who need help. Whoever the principal does not see by name is left out."""
        if stands_alone():
            raise NotPermitted("A page that was opened by a link sends nothing.")
        view = self.services.reader.classroom(self.principal, course, Filters())
        if not view.named:
            raise NotPermitted("Only who sees learners by name writes to them.")
        rows = [
            row for row in view.learners if (row.level is Level.HELP if wanted is None else row.public_id in wanted)
        ]
        organisation = self.principal.organisation_id
        with self.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            known = addresses_of(connection, organisation, [row.public_id for row in rows])
            people = [person for person, _address in known.values()]
            recent = contacted_since(connection, organisation, people, self.services.clock() - RECENT)
        found = [(row, *known[row.public_id]) for row in rows if row.public_id in known]
        return Addressed(
            view.course,
            tuple(Addressee(row, person, address is not None, person in recent) for row, person, address in found),
        )

    def send(self, to: Addressed, draft: Draft, language: str, reason_of: Callable[[LearnerRow], str]) -> UUID:
        """Queues a message to those who can be reached; its public id. Raises TooManyMails."""
        if not self.can_send or not to.reachable:
            raise NotPermitted("There is no way to send it.")
        recipients = tuple(
            Recipient(one.person, reason_of(one.row), one.row.reasons, one.row.level, one.row.score, one.has_address)
            for one in to.learners
        )
        organisation = self.principal.organisation_id
        course = self.services.reader.find_course(self.principal, to.course.public_id)
        new = NewMessage(
            organisation, course, self.principal.person_id, draft, language, self.services.clock(), recipients
        )
        with self.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            return queue(connection, new, acting(self.principal, ViewerRole.STAFF))

    def take_back(self, message: UUID) -> bool:
        """Whether an own message could still be taken back."""
        organisation, author = self.principal.organisation_id, self.principal.person_id
        with self.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            return take_back(connection, organisation, message, author, acting(self.principal, ViewerRole.STAFF))
