"""Who is signed in, and what that lets them ask for."""

from dataclasses import dataclass
from enum import StrEnum

from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId, SectionId
from dashapp.domain.person_settings import NOTHING_CHOSEN, PersonSettings


class Permission(StrEnum):
    """What a page or a callback demands. There is no default: what names none is refused."""

    OWN_PAGE = "own_page"
    LEARNER_PAGE = "learner_page"
    CLASSROOM_PAGE = "classroom_page"
    INSTITUTION_PAGE = "institution_page"
    DEAD_LETTERS_PAGE = "dead_letters_page"
    SIGNED_IN = "signed_in"
    AUDIT_PAGE = "audit_page"
    PLATFORMS_PAGE = "platforms_page"
    ADMINISTRATION_PAGE = "administration_page"
    CASELOAD_PAGE = "caseload_page"
    GUARDIANS_PAGE = "guardians_page"
    OWN_GUARDIANS_PAGE = "own_guardians_page"
    REPORTS_PAGE = "reports_page"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person with the roles that hold now; read from memberships, never from the request."""

    organisation_id: OrganisationId
    person_id: PersonId
    public_id: PublicId
    name: str
    learns_in: frozenset[CourseId] = frozenset()
    teaches_in: frozenset[CourseId] = frozenset()
    administers: bool = False
    """Administrator of the whole organisation."""
    sections: frozenset[tuple[CourseId, SectionId]] = frozenset()
    """Of the courses of `teaches_in` that are named here only the learners of these sections are seen by name."""
    advises: frozenset[PersonId] = frozenset()
    """The learners of the caseload."""
    guards: frozenset[PersonId] = frozenset()
    """The learners whose guardian this is, as long as the organisation lets guardians in."""
    settings: PersonSettings = NOTHING_CHOSEN
    """What this person has chosen for themself. It opens nothing."""

    @property
    def sees_groups_only(self) -> bool:
        """Whether there is no course of which learners are seen by name."""
        return self.administers and not self.teaches_in
