"""Who is a learner of a course at an instant: applied on reading, since ingest counts everyone.

A learner holds the role at that instant, is no staff of the course then and no test person. Of people who turned out
to be one only the one who stands for them appears. Of a course whose roster no source has ever sent, everybody who did
something there counts as a learner, until a roster comes: senders of xAPI statements often know nothing of enrolments.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from dashapp.data.queries.columns import Statement, or_missing
from dashapp.data.queries.described import described
from dashapp.data.queries.shapes import numbers
from dashapp.data.tables import learner_course_days, memberships, people, sections
from dashapp.data.tables.further_names import named
from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, SectionId

member, person = named(people, "member"), named(people, "person")


def one_of(column: ColumnElement[Any], keys: Collection[int]) -> ColumnElement[bool]:
    """`column = ANY (keys)`: one statement text for any number of keys."""
    return column == func.any(numbers(keys))


def holds_at(instant: datetime, table: Any = memberships) -> ColumnElement[bool]:
    """The interval [starts_at, ends_at) of a membership contains the instant."""
    return and_(
        or_(table.c.starts_at.is_(None), table.c.starts_at <= instant),
        or_(table.c.ends_at.is_(None), table.c.ends_at > instant),
    )


def _staff(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime) -> Subquery:
    held = memberships.alias("held")
    staff_member = people.alias("staff_member")
    return (
        select(
            held.c.scope_id.label("course_id"),
            func.coalesce(staff_member.c.merged_into, staff_member.c.person_id).label("person_id"),
        )
        .join(
            staff_member,
            and_(
                staff_member.c.organisation_id == held.c.organisation_id, staff_member.c.person_id == held.c.person_id
            ),
        )
        .where(
            held.c.organisation_id == organisation,
            held.c.scope_kind == "course",
            one_of(held.c.scope_id, courses),
            held.c.role.in_(sorted(STAFF_ROLES)),
            holds_at(instant, held),
        )
        .subquery("staff")
    )


def learners_of(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime) -> Subquery:
    """(course_id, person_id, joined_at, enrolled) of every learner of the courses at the instant.

    `joined_at` is null where a source knows no start. `enrolled`: false in courses without a roster.
    """
    staff = _staff(organisation, courses, instant)
    met = _met(organisation, courses, instant, staff)
    return union_all(_enrolled(organisation, courses, instant, staff), met).subquery("learners")


def _enrolled(
    organisation: OrganisationId, courses: Collection[CourseId], instant: datetime, staff: Subquery
) -> Select[Any]:
    joined_at = case((func.bool_or(memberships.c.starts_at.is_(None)), None), else_=func.min(memberships.c.starts_at))
    return (
        select(
            memberships.c.scope_id.label("course_id"),
            person.c.person_id,
            joined_at.label("joined_at"),
            true().label("enrolled"),
        )
        .join(member, membership_of_member())
        .join(
            person,
            and_(
                person.c.organisation_id == member.c.organisation_id,
                person.c.person_id == func.coalesce(member.c.merged_into, member.c.person_id),
            ),
        )
        .where(
            memberships.c.organisation_id == organisation,
            memberships.c.scope_kind == "course",
            one_of(memberships.c.scope_id, courses),
            memberships.c.role == Role.LEARNER,
            holds_at(instant),
            ~described(person, "is_test"),
            ~exists().where(staff.c.course_id == memberships.c.scope_id, staff.c.person_id == person.c.person_id),
        )
        .group_by(memberships.c.scope_id, person.c.person_id)
    )


def without_roster(organisation: OrganisationId, course: ColumnElement[Any]) -> ColumnElement[bool]:
    """No source has ever said of anybody that they learn in the course."""
    said = memberships.alias("said")
    return ~exists().where(
        said.c.organisation_id == organisation,
        said.c.scope_kind == "course",
        said.c.scope_id == course,
        said.c.role == Role.LEARNER,
        # Whom the administration adds by hand is no roster, else everybody else would be gone from the course.
        said.c.granted_by == "event",
    )


def _not_added(organisation: OrganisationId, course: ColumnElement[Any], instant: datetime) -> ColumnElement[bool]:
    """The administration has not made them a learner of the course: else they are listed as such already.

    As a value, not as a condition: PostgreSQL would make a join of it with everybody who learns anywhere.
    """
    added, holder = memberships.alias("added"), people.alias("holder")
    found = (
        select(added.c.membership_id)
        .join(
            holder,
            and_(holder.c.organisation_id == added.c.organisation_id, holder.c.person_id == added.c.person_id),
        )
        .where(
            added.c.organisation_id == organisation,
            added.c.scope_kind == "course",
            added.c.scope_id == course,
            added.c.role == Role.LEARNER,
            holds_at(instant, added),
            func.coalesce(holder.c.merged_into, holder.c.person_id) == people.c.person_id,
        )
        .limit(1)
    )
    return found.scalar_subquery().is_(None)


def _met(
    organisation: OrganisationId, courses: Collection[CourseId], instant: datetime, staff: Subquery
) -> Select[Any]:
    """Everybody with activity in those of the courses that have no roster."""
    asked = select(func.unnest(numbers(courses)).label("course_id")).subquery("asked")
    # Looked up course by course, so that nothing is read where all have a roster.
    active = (
        select(learner_course_days.c.person_id)
        .where(
            learner_course_days.c.organisation_id == organisation,
            learner_course_days.c.course_id == asked.c.course_id,
        )
        .distinct()
        .lateral("active")
    )
    return (
        select(
            asked.c.course_id,
            people.c.person_id,
            cast(null(), DateTime(timezone=True)).label("joined_at"),
            false().label("enrolled"),
        )
        .select_from(asked.join(active, literal(True)))
        .join(people, and_(people.c.organisation_id == organisation, people.c.person_id == active.c.person_id))
        .where(
            without_roster(organisation, asked.c.course_id),
            ~described(people, "is_test"),
            ~exists().where(staff.c.course_id == asked.c.course_id, staff.c.person_id == people.c.person_id),
            _not_added(organisation, asked.c.course_id, instant),
        )
    )


def last_day_of(learners: Subquery, organisation: OrganisationId, today: date) -> Any:
    """(day, last_at) of each learner's last active day in the course: one step down the primary key per learner."""
    return (
        select(learner_course_days.c.day, learner_course_days.c.last_at)
        .where(
            learner_course_days.c.organisation_id == organisation,
            learner_course_days.c.course_id == learners.c.course_id,
            learner_course_days.c.person_id == learners.c.person_id,
            learner_course_days.c.day <= today,
        )
        .order_by(learner_course_days.c.day.desc())
        .limit(1)
        .lateral("last_active")
    )


def roster(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime, today: date) -> Statement:
    """Every learner of the courses: enrolled or only met, when they joined and were last active; for `read_columns`."""
    learners = learners_of(organisation, courses, instant)
    last = last_day_of(learners, organisation, today)
    return select(
        learners.c.course_id,
        learners.c.person_id,
        learners.c.enrolled,
        or_missing(learners.c.joined_at),
        or_missing(last.c.day).label("last_day"),
        or_missing(last.c.last_at),
    ).select_from(learners.outerjoin(last, literal(True)))


def members(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime) -> Statement:
    """(course_id, person_id) of every learner of the courses; for `read_columns`."""
    learners = learners_of(organisation, courses, instant)
    return select(learners.c.course_id, learners.c.person_id)


def joined(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime) -> Statement:
    """Every learner of the courses: enrolled or only met, and when they joined; for `read_columns`."""
    learners = learners_of(organisation, courses, instant)
    return select(learners.c.course_id, learners.c.person_id, learners.c.enrolled, or_missing(learners.c.joined_at))


def sizes(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime) -> Statement:
    """(course_id, learners) of every course that has any."""
    learners = learners_of(organisation, courses, instant)
    return select(learners.c.course_id, func.count().label("learners")).group_by(learners.c.course_id)


def learners_in_sections(organisation: OrganisationId, keys: Collection[SectionId], instant: datetime) -> Statement:
    """(course_id, person_id) of who is a learner in any of the sections at the instant; for `read_columns`."""
    return (
        select(sections.c.course_id, func.coalesce(member.c.merged_into, member.c.person_id).label("person_id"))
        .select_from(memberships)
        .join(sections, section_of_membership())
        .join(member, membership_of_member())
        .where(
            memberships.c.organisation_id == organisation,
            memberships.c.scope_kind == "section",
            one_of(memberships.c.scope_id, keys),
            memberships.c.role == Role.LEARNER,
            holds_at(instant),
        )
        .distinct()
    )


def courses_learnt_in(organisation: OrganisationId, persons: Collection[PersonId], instant: datetime) -> Statement:
    """(course_id, person_id) of what people are learners in at the instant; for `read_columns`."""
    return (
        select(
            memberships.c.scope_id.label("course_id"),
            func.coalesce(member.c.merged_into, member.c.person_id).label("person_id"),
        )
        .join(member, membership_of_member())
        .where(
            memberships.c.organisation_id == organisation,
            memberships.c.scope_kind == "course",
            memberships.c.role == Role.LEARNER,
            one_of(member.c.person_id, persons) | one_of(member.c.merged_into, persons),
            holds_at(instant),
        )
        .distinct()
    )


def section_of_membership() -> ColumnElement[bool]:
    """Joins a membership with the section that it is of."""
    return and_(
        sections.c.organisation_id == memberships.c.organisation_id, sections.c.section_id == memberships.c.scope_id
    )


def membership_of_member() -> ColumnElement[bool]:
    """Joins a membership with `member`, whose it is."""
    return and_(
        member.c.organisation_id == memberships.c.organisation_id, member.c.person_id == memberships.c.person_id
    )


def courses_met_without_roster(organisation: OrganisationId, persons: Collection[PersonId]) -> Statement:
    """(course_id, person_id) of the courses without a roster in which people did something."""
    return (
        select(learner_course_days.c.course_id, learner_course_days.c.person_id)
        .where(
            learner_course_days.c.organisation_id == organisation,
            one_of(learner_course_days.c.person_id, persons),
            without_roster(organisation, learner_course_days.c.course_id),
        )
        .distinct()
    )
