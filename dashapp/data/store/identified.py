"""What a sender's identifiers have become: for importers, which go on where they stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Date, cast, func, select

from dashapp.data.store.organisations import ADMINISTRATOR
from dashapp.data.tables import (
    course_identifiers,
    courses,
    learner_course_days,
    memberships,
    organisation_time_zones,
    organisations,
    people,
    person_identifiers,
)
from dashapp.domain.events import Identifier
from dashapp.domain.keys import OrganisationId, PersonId, PublicId


@dataclass(frozen=True, slots=True)
class IdentifiedPerson:
    """The person behind an identifier, by the key that counts."""

    person_id: PersonId
    public_id: PublicId


def course_starts(connection: Connection, organisation_id: OrganisationId, issuer: str) -> dict[str, date]:
    """When the courses of an issuer start by their descriptions, whatever the administration has decided; by the value
    of their identifiers. Those that nobody has described are left out."""
    starts_on = cast(courses.c.said["starts_on"].astext, Date)
    rows = connection.execute(
        select(course_identifiers.c.value, starts_on.label("starts_on"))
        .join(
            courses,
            (courses.c.organisation_id == course_identifiers.c.organisation_id)
            & (courses.c.course_id == course_identifiers.c.course_id),
        )
        .where(
            course_identifiers.c.organisation_id == organisation_id,
            course_identifiers.c.issuer == issuer,
            starts_on.is_not(None),
        )
    )
    return {row.value: row.starts_on for row in rows}


def find_people(
    connection: Connection, organisation_id: OrganisationId, identifiers: Sequence[Identifier]
) -> dict[Identifier, IdentifiedPerson]:
    """The people behind those identifiers that are known; whoever was merged is the one who stands for them."""
    kept = people.alias()
    rows = connection.execute(
        select(person_identifiers, kept.c.public_id, kept.c.person_id.label("counts_as"))
        .join(
            people,
            (people.c.organisation_id == person_identifiers.c.organisation_id)
            & (people.c.person_id == person_identifiers.c.person_id),
        )
        .join(
            kept,
            (kept.c.organisation_id == people.c.organisation_id)
            & (kept.c.person_id == func.coalesce(people.c.merged_into, people.c.person_id)),
        )
        .where(
            person_identifiers.c.organisation_id == organisation_id,
            person_identifiers.c.value.in_([identifier.value for identifier in identifiers]),
        )
    )
    found = {
        Identifier(row.issuer, row.kind, row.value): IdentifiedPerson(PersonId(row.counts_as), PublicId(row.public_id))
        for row in rows
    }
    return {identifier: found[identifier] for identifier in identifiers if identifier in found}


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who administers a whole organisation."""

    public_id: PublicId
    name: str


def find_administrators(connection: Connection, organisation_id: OrganisationId) -> list[Administrator]:
    """Who administers the organisation now, in the order in which they became known."""
    rows = connection.execute(
        select(people.c.public_id, people.c.given_name, people.c.family_name)
        .join(
            memberships,
            (memberships.c.organisation_id == people.c.organisation_id)
            & (memberships.c.person_id == people.c.person_id),
        )
        .where(
            people.c.organisation_id == organisation_id,
            memberships.c.scope_kind == "organisation",
            memberships.c.role == ADMINISTRATOR,
            memberships.c.ends_at.is_(None),
        )
        .order_by(people.c.person_id)
    )
    return [
        Administrator(PublicId(row.public_id), " ".join(filter(None, (row.given_name, row.family_name))))
        for row in rows
    ]


def all_organisations(connection: Connection) -> list[tuple[OrganisationId, str, str]]:
    """(key, short name, title) of every organisation in the installation. For la_jobs, which goes through all."""
    chosen = select(organisations.c.organisation_id, organisations.c.name, organisations.c.title)
    rows = connection.execute(chosen.order_by(organisations.c.organisation_id))
    return [(OrganisationId(row.organisation_id), row.name, row.title) for row in rows]


def last_activity(connection: Connection, organisation_id: OrganisationId) -> datetime | None:
    """The latest instant at which any learner did anything; None where nobody has."""
    found: datetime | None = connection.execute(
        select(func.max(learner_course_days.c.last_at)).where(learner_course_days.c.organisation_id == organisation_id)
    ).scalar_one()
    return found


def newest_zone(connection: Connection, organisation_id: OrganisationId) -> str:
    """The time zone that holds from the latest date on, or UTC."""
    found: str | None = connection.execute(
        select(organisation_time_zones.c.zone)
        .where(organisation_time_zones.c.organisation_id == organisation_id)
        .order_by(organisation_time_zones.c.valid_from.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found or "UTC"


def organisation_public_id(connection: Connection, organisation_id: OrganisationId) -> PublicId:
    """The random id by which the outside knows an organisation, other in every database."""
    chosen = select(organisations.c.public_id).where(organisations.c.organisation_id == organisation_id)
    return PublicId(connection.execute(chosen).scalar_one())
