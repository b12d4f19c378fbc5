"""Who somebody is, and what their memberships let them ask for."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from dashapp.data.queries.columns import Statement
from dashapp.data.queries.described import names_of
from dashapp.data.queries.enrolment import courses_met_without_roster, holds_at, one_of
from dashapp.data.tables import memberships, people
from dashapp.domain.errors import NotFound
from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal

ADMINISTRATOR = "administrator"
"""The role of a membership of the whole organisation, which only the administration or a sign-in may grant."""


def full_name(given: str | None, family: str | None) -> str:
    """The name as people say it; empty where no source has told it."""
    return " ".join(part for part in (given, family) if part)


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
    """The roles of a person that hold at an instant, also those granted to people merged into this one."""
    member = people.alias("member")
    return (
        select(memberships.c.scope_kind, memberships.c.scope_id, memberships.c.role, memberships.c.granted_by)
        .join(
            member,
            and_(
                member.c.organisation_id == memberships.c.organisation_id, member.c.person_id == memberships.c.person_id
            ),
        )
        .where(
            memberships.c.organisation_id == organisation,
            (member.c.person_id == person) | (member.c.merged_into == person),
            holds_at(at),
        )
    )


def principal_for(connection: Connection, organisation: OrganisationId, public_id: UUID, at: datetime) -> Principal:
    """The person with the roles that hold at `at`. Raises NotFound.

    An administrator is one only by a grant that no event can make.
    """
    row = connection.execute(person_statement(organisation, public_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    learns, teaches, administers = set(), set(), False
    for held in connection.execute(roles_statement(organisation, PersonId(row.person_id), at)):
        if held.scope_kind == "course" and held.role == Role.LEARNER:
            learns.add(CourseId(held.scope_id))
        elif held.scope_kind == "course" and held.role in STAFF_ROLES:
            teaches.add(CourseId(held.scope_id))
        elif held.scope_kind == "organisation" and held.role == ADMINISTRATOR and held.granted_by != "event":
            administers = True
    met = connection.execute(courses_met_without_roster(organisation, PersonId(row.person_id)))
    learns |= {CourseId(one.course_id) for one in met}
    return Principal(
        organisation,
        PersonId(row.person_id),
        PublicId(row.public_id),
        full_name(row.given_name, row.family_name),
        frozenset(learns - teaches),
        frozenset(teaches),
        administers,
    )
