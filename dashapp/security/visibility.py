"""Who decides what students see: administrators for the organisation and any course, staff for their course where
courses may decide."""

from dataclasses import dataclass
from uuid import UUID

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.courses import find_course
from dashapp.data.store.audit import record
from dashapp.data.store.visibility import read_override, read_visibility, set_override, set_visibility
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole, course_subject
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import CourseId
from dashapp.domain.principal import Principal
from dashapp.domain.visibility import Override, Visibility
from dashapp.security.acting import acting


@dataclass(frozen=True, slots=True)
class VisibilityAdministration:
    """Acts for one principal. Every action is done when it returns; all raise Unavailable, NotFound, NotPermitted."""

    database: Database
    clock: Clock
    principal: Principal

    def decide(self, visibility: Visibility) -> Visibility:
        """Replaces the organisation's decisions; gives those that held before, for taking it back."""
        if not self.principal.administers:
            raise NotPermitted("Only administrators decide for the organisation.")
        organisation = self.principal.organisation_id
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            before = read_visibility(connection, organisation)
            set_visibility(connection, organisation, visibility, self.clock())
            actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
            record(connection, organisation, actor, Action.VISIBILITY, {"subject": ORGANISATION_SUBJECT})
        return before

    def override(self, public_id: UUID, override: Override) -> Override:
        """Replaces what a course decides otherwise; gives what it had decided before.

        What courses may not decide is left out.
        """
        organisation = self.principal.organisation_id
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            course = find_course(connection, organisation, public_id)
            role = self._role(course)
            allowed = read_visibility(connection, organisation).open_to_courses
            before = read_override(connection, organisation, course)
            kept = {one: value for one, value in override.items() if one in allowed}
            set_override(connection, (organisation, course), kept, self.clock())
            actor = acting(self.principal, role)
            record(connection, organisation, actor, Action.VISIBILITY, {"subject": course_subject(course)})
        return before

    def _role(self, course: CourseId) -> ViewerRole:
        """As what the principal decides for a course. Raises NotPermitted."""
        if self.principal.administers:
            return ViewerRole.ADMINISTRATOR
        limited = {one for one, _section in self.principal.sections}
        if course in self.principal.teaches_in and course not in limited:
            return ViewerRole.STAFF
        raise NotPermitted("Only staff of the whole course decide for it.")
