"""Who somebody is, and what their memberships let them ask for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, FromClause, Label, Row, Select, and_, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from dashapp.data.queries.columns import Statement
from dashapp.data.queries.described import full_name, names_of
from dashapp.data.queries.enrolment import courses_met_without_roster, holds_at, one_of
from dashapp.data.queries.guardians import guarded_statement
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.shapes import planned_once, public_ids
from dashapp.data.tables import courses, membership_facts, memberships, people, person_settings, sections
from dashapp.domain.errors import NotFound
from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId, SectionId
from dashapp.domain.person_settings import settings_from
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


def people_statement(organisation: OrganisationId, asked_ids: Collection[UUID]) -> Statement:
    """A row for each: the person of this public id (`asked_id`) or, after a merge, the one who stands for them."""
    asked = people.alias("asked")
    return (
        select(people.c.person_id, people.c.public_id, *names_of(people), asked.c.public_id.label("asked_id"))
        .join(
            asked,
            and_(
                asked.c.organisation_id == people.c.organisation_id,
                # Not coalesce(): under row-level security PostgreSQL uses no index for what might leak, and takes that
                # for such, so it would read everybody.
                case((asked.c.merged_into.is_(None), asked.c.person_id), else_=asked.c.merged_into)
                == people.c.person_id,
            ),
        )
        .where(asked.c.organisation_id == organisation, asked.c.public_id == func.any(public_ids(asked_ids)))
    )


def find_person(connection: Connection, organisation: OrganisationId, public_id: UUID) -> PersonId:
    """The key of a person by the id in an address. Raises NotFound; who may be seen is the scope's question."""
    row = rows_of(connection, planned_once(people_statement, organisation, [public_id])).one_or_none()
    if row is None:
        raise NotFound("There is no such person.")
    return PersonId(row.person_id)


def names_statement(organisation: OrganisationId, keys: Collection[PersonId]) -> Statement:
    """(person_id, public_id, given_name, family_name) of people, by their keys."""
    return select(people.c.person_id, people.c.public_id, *names_of(people)).where(
        people.c.organisation_id == organisation, one_of(people.c.person_id, keys)
    )


def people_with_settings(organisation: OrganisationId, asked_ids: Collection[UUID]) -> Statement:
    """The same people, with what they have chosen for themselves: in one go, so that it costs no question more."""
    chosen = person_settings.c
    return (
        people_statement(organisation, asked_ids)
        .add_columns(
            chosen.theme,
            chosen.language,
            chosen.rate,
            courses.c.course_id,
            courses.c.public_id.label("course_public_id"),
        )
        .outerjoin(
            person_settings,
            and_(chosen.organisation_id == people.c.organisation_id, chosen.person_id == people.c.person_id),
        )
        .outerjoin(
            courses,
            and_(courses.c.organisation_id == chosen.organisation_id, courses.c.course_id == chosen.default_course_id),
        )
    )


def roles_statement(organisation: OrganisationId, keys: Collection[PersonId], at: datetime) -> Statement:
    """The roles of people (`holder`) that hold at an instant, also those granted to people merged into them.

    `course_id` is that of a section; `learner_id` of a membership over a learner is who stands for them.
    """
    member, learner = people.alias("member"), people.alias("learner")
    held = memberships.c
    return (
        select(
            counts_as(member),
            held.scope_kind,
            held.scope_id,
            held.role,
            held.granted_by,
            held.source_id,
            held.with_id,
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
            one_of(member.c.person_id, keys) | one_of(member.c.merged_into, keys),
            holds_at(at),
        )
    )


def whole_courses_statement(organisation: OrganisationId, keys: Collection[PersonId], at: datetime) -> Statement:
    """(holder, course_id, role, source_id, active, ends_at): what each source has last said of staff of whole courses.

    A role in a section is one in its course, too, so memberships alone do not tell who has both.
    """
    member, facts = people.alias("member"), membership_facts.c
    holder = counts_as(member)
    said = (holder.element, facts.scope_id, facts.role, facts.source_id)
    return (
        select(holder, facts.scope_id.label("course_id"), facts.role, facts.source_id, facts.active, facts.ends_at)
        .ext(distinct_on(*said))
        .join(member, and_(member.c.organisation_id == facts.organisation_id, member.c.person_id == facts.person_id))
        .where(
            facts.organisation_id == organisation,
            one_of(member.c.person_id, keys) | one_of(member.c.merged_into, keys),
            facts.scope_kind == "course",
            facts.role.in_(sorted(STAFF_ROLES)),
            ~facts.retracted,
            facts.at <= at,
        )
        .order_by(*said, facts.at.desc(), facts.event_id.desc())
    )


def principal_for(connection: Connection, organisation: OrganisationId, public_id: UUID, at: datetime) -> Principal:
    """The person with the roles that hold at `at`. Raises NotFound."""
    found = principals_for(connection, organisation, [public_id], at)
    if not found:
        raise NotFound("There is no such person.")
    return found[PublicId(public_id)]


def principals_for(
    connection: Connection, organisation: OrganisationId, asked_ids: Collection[UUID], at: datetime
) -> dict[PublicId, Principal]:
    """People with the roles that hold at `at`, by the ids asked for; those who are not there are left out.

    Administrators and advisers are such only by a grant that no event can make; guardians only by an invitation of the
    administration, and as long as the organisation's rule lets them in. A role of a unit of the organisation, or a
    teacher of the whole of it, opens nothing.
    """
    if not asked_ids:
        return {}
    rows = rows_of(connection, planned_once(people_with_settings, organisation, asked_ids)).all()
    keys = sorted({PersonId(row.person_id) for row in rows})
    if not keys:
        return {}
    held = _by(rows_of(connection, planned_once(roles_statement, organisation, keys, at)).all(), "holder")
    guards = sorted(person for person, ones in held.items() if any(_granted(one) == GUARDIAN for one in ones))
    guarded = _by(connection.execute(guarded_statement(organisation, guards, at)).all() if guards else (), "holder")
    met = _by(rows_of(connection, planned_once(courses_met_without_roster, organisation, keys)).all(), "person_id")
    facts = _whole_courses(connection, organisation, held, at)
    made: dict[PersonId, Principal] = {}
    for row in rows:
        person = PersonId(row.person_id)
        mine = (held.get(person, ()), guarded.get(person, ()), met.get(person, ()), facts.get(person, ()))
        made[person] = _principal(organisation, row, mine, at)
    return {PublicId(row.asked_id): made[PersonId(row.person_id)] for row in rows}


def _principal(organisation: OrganisationId, row: Any, found: tuple[Held, Held, Held, Held], at: datetime) -> Principal:
    """From what was found of the person: roles held, learners guarded, courses met, what sources said of courses."""
    held, guarded, met, facts = found
    person = PersonId(row.person_id)
    learns = {one.scope_id for one in held if one.scope_kind == "course" and one.role == Role.LEARNER}
    learns |= {one.course_id for one in met}
    teaches, limited = _taught(held, facts, at)
    granted = [one for one in held if one.granted_by != "event"]
    return Principal(
        organisation,
        person,
        PublicId(row.public_id),
        full_name(row.given_name, row.family_name),
        frozenset(CourseId(course) for course in learns - teaches),
        frozenset(teaches),
        any(one.scope_kind == "organisation" and one.role == ADMINISTRATOR for one in granted),
        limited,
        _learners(one.learner_id for one in granted if _granted(one) == ADVISER) - {person},
        _learners(one.learner_id for one in guarded) - {person},
        settings_from(row._mapping),
    )


def administrators_of(connection: Connection, organisation: OrganisationId, at: datetime) -> list[PersonId]:
    """The keys of all who administer an organisation at an instant."""
    member, held = people.alias("member"), memberships.c
    rows = connection.execute(
        select(counts_as(member))
        .distinct()
        .join(memberships, and_(held.organisation_id == member.c.organisation_id, held.person_id == member.c.person_id))
        .where(
            held.organisation_id == organisation,
            held.scope_kind == "organisation",
            held.role == ADMINISTRATOR,
            held.granted_by != "event",
            holds_at(at),
        )
        .order_by("holder")
    )
    return [PersonId(row.holder) for row in rows]


def selves_of(organisation: OrganisationId, person: PersonId) -> Select[tuple[int]]:
    """The keys under which somebody is known: their own, and those of people who were merged into them."""
    return select(people.c.person_id).where(
        people.c.organisation_id == organisation,
        (people.c.person_id == person) | (people.c.merged_into == person),
    )


def keys_of(connection: Connection, organisation: OrganisationId, person: PersonId) -> frozenset[int]:
    """The same, read."""
    return frozenset(row.person_id for row in connection.execute(selves_of(organisation, person)))


def counts_as(member: FromClause) -> Label[Any]:
    """Who stands for a person, as `holder`."""
    return func.coalesce(member.c.merged_into, member.c.person_id).label("holder")


def _by(rows: Iterable[Row[*tuple[Any, ...]]], name: str) -> dict[PersonId, list[Row[*tuple[Any, ...]]]]:
    found: dict[PersonId, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault(PersonId(getattr(row, name)), []).append(row)
    return found


def _granted(one: Any) -> str | None:
    """The role over a learner that somebody has granted."""
    return str(one.role) if one.scope_kind == "learners" and one.granted_by != "event" else None


def _learners(keys: Iterable[int | None]) -> frozenset[PersonId]:
    return frozenset(PersonId(key) for key in keys if key is not None)


def _whole_courses(
    connection: Connection, organisation: OrganisationId, held: Mapping[PersonId, Held], at: datetime
) -> dict[PersonId, list[Row[*tuple[Any, ...]]]]:
    """What sources have said of those with a course's role that may only stand for a section's."""
    doubtful = sorted(person for person, ones in held.items() if _doubtful(ones))
    if not doubtful:
        return {}
    return _by(connection.execute(whole_courses_statement(organisation, doubtful, at)).all(), "holder")


def _sections(held: Held) -> list[Any]:
    return [
        one for one in held if one.role in STAFF_ROLES and one.scope_kind == "section" and one.course_id is not None
    ]


def _course_roles(held: Held) -> set[tuple[int, str, int | None]]:
    return {
        (one.scope_id, one.role, one.source_id)
        for one in held
        # What only accompanies a section's role that the administration granted opens nothing of its own.
        if one.role in STAFF_ROLES and one.scope_kind == "course" and one.with_id is None
    }


def _doubtful(held: Held) -> set[tuple[int, str, int | None]]:
    """A source's course roles of somebody who has the same role in a section there: they may only stand for that."""
    by_section = {(one.course_id, one.role, one.source_id) for one in _sections(held) if one.granted_by == "event"}
    return by_section & _course_roles(held)


def _taught(held: Held, facts: Held, at: datetime) -> tuple[frozenset[CourseId], frozenset[tuple[CourseId, SectionId]]]:
    """(courses of which somebody is staff, the sections to which they are limited in some of these)"""
    said = {
        (one.course_id, one.role, one.source_id)
        for one in facts
        if one.active and (one.ends_at is None or one.ends_at > at)
    }
    whole = {CourseId(course) for course, _role, _source in _course_roles(held) - (_doubtful(held) - said)}
    limited = frozenset(
        (CourseId(one.course_id), SectionId(one.scope_id)) for one in _sections(held) if one.course_id not in whole
    )
    return frozenset(whole | {course for course, _section in limited}), limited
