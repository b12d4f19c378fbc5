"""What one request may read. Every query takes a Scope; row-level security is the second wall behind it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, SectionId
from dashapp.domain.principal import Principal
from dashapp.domain.visibility import Visibility

NOBODY: Final = PersonId(0)
"""The viewer of a scope that is the same for whoever may see the page."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Derived from a principal for one page. Hashable, since it is part of every cache key."""

    organisation_id: OrganisationId
    viewer: PersonId
    """Who looks; `NOBODY` for pages that say the same to all who may see them, so that these share an answer. A query
    is given nothing but the scope, so it cannot tell apart whom the scope does not."""
    audience: Audience
    courses: frozenset[CourseId] | None
    """The courses that may be read; None: every course of the organisation."""
    learners: frozenset[PersonId] | None
    """The learners whose own rows may be read; None: every learner of `courses`."""
    minimum_group: int = MINIMUM_GROUP
    sections: frozenset[tuple[CourseId, SectionId]] = frozenset()
    """Of the courses named here only the learners of these sections may be read by name."""
    visibility: Visibility | None = None
    """What is shown of the page to whom it is about; None: its reader sees everything, as staff do."""

    def sections_of(self, course: CourseId) -> frozenset[SectionId] | None:
        """The sections of a course whose learners may be read by name; None: all of its learners."""
        return frozenset(section for each, section in self.sections if each == course) or None

    def permits_course(self, course: CourseId) -> bool:
        """Whether rows of this course may be read."""
        return self.courses is None or course in self.courses

    def permits_learner(self, person: PersonId) -> bool:
        """Whether this learner's own rows may be read."""
        return self.learners is None or person in self.learners


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant that a page speaks about: always given, so that no query hides a now()."""

    instant: datetime
    """Aware, in UTC."""

    def bucket(self) -> datetime:
        """The minute that stands in cache keys: "away 7 days" changes without an event."""
        return self.instant.replace(second=0, microsecond=0)


def scope_for_student(principal: Principal, minimum_group: int = MINIMUM_GROUP) -> Scope:
    """The own page: oneself only, in the courses that one learns in. Raises NotPermitted for who learns in none."""
    if not principal.learns_in:
        raise NotPermitted("Only learners have a page of their own.")
    return Scope(
        principal.organisation_id,
        principal.person_id,
        Audience.SELF,
        principal.learns_in,
        frozenset({principal.person_id}),
        minimum_group,
    )


def scope_for_learner(principal: Principal, person: PersonId, minimum_group: int = MINIMUM_GROUP) -> Scope:
    """The page of one learner: for themself, for their adviser and guardian, and for staff of a course of theirs.

    Staff see the courses that they teach, restricted to their sections where they have no more; whether the learner is
    in any of them is found by the query. Advisers and guardians see what the learner sees. Raises NotPermitted.
    """
    if person == principal.person_id and principal.learns_in:
        return scope_for_student(principal, minimum_group)
    if person in principal.advises or person in principal.guards:
        return scope_for_caseload(principal, minimum_group)
    if not principal.teaches_in:
        raise NotPermitted("A learner's page is for the learner and for staff of a course of theirs.")
    return Scope(
        principal.organisation_id,
        principal.person_id,
        Audience.NAMED,
        principal.teaches_in,
        frozenset({person}),
        minimum_group,
        principal.sections,
    )


def scope_for_caseload(principal: Principal, minimum_group: int = MINIMUM_GROUP) -> Scope:
    """The learners whom one advises or is guardian of, over all their courses. Raises NotPermitted for who has none."""
    if not principal.advises and not principal.guards:
        raise NotPermitted("A caseload is for advisers and guardians.")
    learners = principal.advises | principal.guards
    return Scope(principal.organisation_id, principal.person_id, Audience.ONE, None, learners, minimum_group)


def scope_for_classroom(principal: Principal, course: CourseId, minimum_group: int = MINIMUM_GROUP) -> Scope:
    """One course: with names for its staff, of their sections where they have no more, in groups of at least k for
    administrators; the same for all of these. Raises NotPermitted."""
    if course in principal.teaches_in:
        audience = Audience.NAMED
    elif principal.administers:
        audience = Audience.AGGREGATE
    else:
        raise NotPermitted("A classroom is for its staff and for administrators.")
    sections = frozenset(one for one in principal.sections if one[0] == course)
    only = frozenset({course})
    return Scope(principal.organisation_id, NOBODY, audience, only, None, minimum_group, sections)


def scope_for_courses(principal: Principal, minimum_group: int = MINIMUM_GROUP) -> Scope:
    """The list of classrooms: one's own with levels for staff, all of them in groups for administrators.

    Raises NotPermitted for everybody else.
    """
    if principal.administers:
        return scope_for_institution(principal, minimum_group)
    if not principal.teaches_in:
        raise NotPermitted("Classrooms are for their staff and for administrators.")
    own = principal.teaches_in
    named = Audience.NAMED
    return Scope(principal.organisation_id, principal.person_id, named, own, None, minimum_group, principal.sections)


def scope_for_institution(principal: Principal, minimum_group: int = MINIMUM_GROUP) -> Scope:
    """All courses of the organisation, in groups of at least k; the same for all administrators.

    Raises NotPermitted.
    """
    if not principal.administers:
        raise NotPermitted("The institution's page is for administrators.")
    return Scope(principal.organisation_id, NOBODY, Audience.AGGREGATE, None, None, minimum_group)
