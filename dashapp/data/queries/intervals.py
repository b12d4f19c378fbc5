"""Every enrolment that ever was in some courses, with how the course ended for the learner."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Integer, and_, case, cast, func, or_, select

from dashapp.data.queries.columns import Statement, or_missing
from dashapp.data.queries.described import described
from dashapp.data.queries.enrolment import holds_at, member, one_of, person
from dashapp.data.tables import memberships, outcomes
from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.indicators.enrolments import CODES
from dashapp.domain.keys import CourseId, OrganisationId


def intervals_statement(organisation: OrganisationId, courses: Collection[CourseId], instant: datetime) -> Statement:
    """Intervals that began by the instant, of no test people and of nobody who is staff of the course at the instant.

    (course_id, person_id, starts_at, ends_at, outcome); an end that is still to come is none. For `read_columns`.
    """
    held = memberships.alias("held")
    staff = (
        select(held.c.membership_id)
        .where(
            held.c.organisation_id == organisation,
            held.c.scope_kind == "course",
            held.c.scope_id == memberships.c.scope_id,
            held.c.person_id == memberships.c.person_id,
            held.c.role.in_(sorted(STAFF_ROLES)),
            holds_at(instant, held),
        )
        .exists()
    )
    began = or_(memberships.c.starts_at.is_(None), memberships.c.starts_at <= instant)
    code = func.coalesce(case(*((outcomes.c.outcome == kind, number) for kind, number in CODES.items())), 0)
    return (
        select(
            memberships.c.scope_id.label("course_id"),
            person.c.person_id,
            or_missing(memberships.c.starts_at),
            or_missing(case((memberships.c.ends_at <= instant, memberships.c.ends_at))).label("ends_at"),
            cast(code, Integer).label("outcome"),
        )
        .select_from(memberships)
        .join(
            member,
            and_(member.c.organisation_id == organisation, member.c.person_id == memberships.c.person_id),
        )
        .join(
            person,
            and_(
                person.c.organisation_id == organisation,
                person.c.person_id == func.coalesce(member.c.merged_into, member.c.person_id),
            ),
        )
        .outerjoin(
            outcomes,
            and_(
                outcomes.c.organisation_id == organisation,
                outcomes.c.course_id == memberships.c.scope_id,
                outcomes.c.person_id == member.c.person_id,
            ),
        )
        .where(
            memberships.c.organisation_id == organisation,
            memberships.c.scope_kind == "course",
            one_of(memberships.c.scope_id, courses),
            memberships.c.role == Role.LEARNER,
            began,
            ~described(person, "is_test"),
            ~staff,
        )
    )
