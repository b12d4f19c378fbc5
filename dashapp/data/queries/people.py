"""Who somebody is, and what their memberships let them ask for."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from dashapp.data.queries.columns import Statement
from dashapp.data.queries.described import full_name, names_of
from dashapp.data.queries.enrolment import courses_met_without_roster, holds_at, one_of
from dashapp.data.queries.guardians import guarded_statement
from dashapp.data.tables import membership_facts, memberships, people, sections
from dashapp.domain.errors import NotFound
from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId, SectionId
from dashapp.domain.principal import Principal

Held = Sequence[Row[*tuple[Any, ...]]]

ADMINISTRATOR = "administrator"
"""The role of a membership of the whole organisation, which only the administration or a sign-in may grant."""
ADVISER = "adviser"
"""The role of a membership over one learner (`scope_kind` learners), granted as that of administrators is."""
GUARDIAN = "guardian"
"""The same for who was invited to a learner's page; it holds as long as the organisation's rule lets it."""


def name_of(row: Any) -> str:
    """The name of a row with both names and the public id; where no source has told it, the beginning of that id."""
    return full_name(row.given_name, row.family_name) or UUID(str(row.public_id)).hex[:8]


def person_statement(organisation: OrganisationId, public_id: UUID) -> Statement:
    """One row: the person of this public id or, after a merge, the one who stands for them."""
    asked = people.alias("asked")
    return (
        select(people.c.person_id, people.c.public_id, *names_of(people))
        .join(
            asked,
            and_(
                asked.c.organisation_id == people.c.organisation_id,
                func.coalesce(asked.c.merged_into, asked.c.person_id) == people.c.person_id,
            ),
        )
        .where(asked.c.organisation_id == organisation, asked.c.public_id == public_id)
    )


def find_person(connection: Connection, organisation: OrganisationId, public_id: UUID) -> PersonId:
    """The key of a person by the id in an address. Raises NotFound; who may be seen is the scope's question."""
    row = connection.execute(person_statement(organisation, public_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    return PersonId(row.person_id)


def names_statement(organisation: OrganisationId, keys: Collection[PersonId]) -> Statement:
    """(person_id, public_id, given_name, family_name) of people, by their keys."""
    return select(people.c.person_id, people.c.public_id, *names_of(people)).where(
        people.c.organisation_id == organisation, one_of(people.c.person_id, keys)
    )


def roles_statement(organisation: OrganisationId, person: PersonId, at: datetime) -> Statement:
    """The roles of a person that hold at an instant, also those granted to people merged into this one.

    `course_id` is that of a section; `learner_id` of a membership over a learner is who stands for them.
    """
    member, learner = people.alias("member"), people.alias("learner")
    held = memberships.c
    return (
        select(
            held.scope_kind,
            held.scope_id,
            held.role,
            held.granted_by,
            held.source_id,
            sections.c.course_id,
            func.coalesce(learner.c.merged_into, learner.c.person_id).label("learner_id"),
        )
        .select_from(
            memberships.join(
                member,
                and_(member.c.organisation_id == held.organisation_id, member.c.person_id == held.person_id),
            )
            .outerjoin(
                sections,
                and_(
                    held.scope_kind == "section",
                    sections.c.organisation_id == held.organisation_id,
                    sections.c.section_id == held.scope_id,
                ),
            )
            .outerjoin(
                learner,
                and_(
                    held.scope_kind == "learners",
                    learner.c.organisation_id == held.organisation_id,
                    learner.c.person_id == held.scope_id,
                ),
            )
        )
        .where(
            held.organisation_id == organisation,
            (member.c.person_id == person) | (member.c.merged_into == person),
            holds_at(at),
        )
    )


def whole_courses_statement(organisation: OrganisationId, person: PersonId, at: datetime) -> Statement:
    """(course_id, role, source_id, active, ends_at): what each source has last said of staff of whole courses.

    A role in a section is one in its course, too, so memberships alone do not tell who has both.
    """
    member, facts = people.alias("member"), membership_facts.c
    said = (facts.scope_id, facts.role, facts.source_id)
    return (
        select(facts.scope_id.label("course_id"), facts.role, facts.source_id, facts.active, facts.ends_at)
        .ext(distinct_on(*said))
        .join(member, and_(member.c.organisation_id == facts.organisation_id, member.c.person_id == facts.person_id))
        .where(
            facts.organisation_id == organisation,
            (member.c.person_id == person) | (member.c.merged_into == person),
            facts.scope_kind == "course",
            facts.role.in_(sorted(STAFF_ROLES)),
            ~facts.retracted,
            facts.at <= at,
        )
        .order_by(*said, facts.at.desc(), facts.event_id.desc())
    )


def principal_for(connection: Connection, organisation: OrganisationId, public_id: UUID, at: datetime) -> Principal:
    """The person with the roles that hold at `at`. Raises NotFound.

    Administrators and advisers are such only by a grant that no event can make; guardians only by an invitation of the
    administration, and as long as the organisation's rule lets them in. A role of a unit of the organisation, or a
    teacher of the whole of it, opens nothing.
    """
    row = connection.execute(person_statement(organisation, public_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    person = PersonId(row.person_id)
    held = connection.execute(roles_statement(organisation, person, at)).all()
    learns = {one.scope_id for one in held if one.scope_kind == "course" and one.role == Role.LEARNER}
    granted = [one for one in held if one.granted_by != "event"]
    teaches, limited = _taught(connection, organisation, (person, at), held)
    guards = any(one.scope_kind == "learners" and one.role == GUARDIAN for one in granted)
    guarded = connection.execute(guarded_statement(organisation, person, at)).scalars() if guards else ()
    met = connection.execute(courses_met_without_roster(organisation, person))
    learns |= {one.course_id for one in met}
    return Principal(
        organisation,
        person,
        PublicId(row.public_id),
        full_name(row.given_name, row.family_name),
        frozenset(CourseId(course) for course in learns - teaches),
        frozenset(teaches),
        any(one.scope_kind == "organisation" and one.role == ADMINISTRATOR for one in granted),
        limited,
        _learners(one.learner_id for one in granted if one.scope_kind == "learners" and one.role == ADVISER) - {person},
        _learners(guarded) - {person},
    )


def _learners(keys: Iterable[int | None]) -> frozenset[PersonId]:
    return frozenset(PersonId(key) for key in keys if key is not None)


def _taught(
    connection: Connection, organisation: OrganisationId, who: tuple[PersonId, datetime], held: Held
) -> tuple[frozenset[CourseId], frozenset[tuple[CourseId, SectionId]]]:
    """(courses of which somebody is staff, the sections to which they are limited in some of these)"""
    staff = [one for one in held if one.role in STAFF_ROLES]
    sections_held = [one for one in staff if one.scope_kind == "section" and one.course_id is not None]
    rows = {(one.scope_id, one.role, one.source_id) for one in staff if one.scope_kind == "course"}
    # A source's course role of somebody who has the same role in a section there may only stand for the section's.
    doubtful = {(one.course_id, one.role, one.source_id) for one in sections_held if one.granted_by == "event"} & rows
    if doubtful:
        said = connection.execute(whole_courses_statement(organisation, *who))
        doubtful -= {
            (one.course_id, one.role, one.source_id)
            for one in said
            if one.active and (one.ends_at is None or one.ends_at > who[1])
        }
    whole = {CourseId(course) for course, _role, _source in rows - doubtful}
    limited = frozenset(
        (CourseId(one.course_id), SectionId(one.scope_id)) for one in sections_held if one.course_id not in whole
    )
    return frozenset(whole | {course for course, _section in limited}), limited
