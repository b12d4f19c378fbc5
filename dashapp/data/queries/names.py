"""The learners of a course by name, with what its page chooses them by: sections, groups, and what they used."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, exists, false, func, select
from sqlalchemy.types import NullType

from dashapp.data.queries.columns import Statement
from dashapp.data.queries.described import names_of
from dashapp.data.queries.enrolment import holds_at, member, membership_of_member, one_of, section_of_membership
from dashapp.data.tables import (
    learner_course_day_types,
    learner_groups,
    memberships,
    message_recipients,
    messages,
    people,
    sections,
)
from dashapp.domain.events import ActivityType, Role
from dashapp.domain.keys import CourseId, OrganisationId, SectionId
from dashapp.domain.messages import MailState


@dataclass(frozen=True, slots=True)
class NamesOf:
    """Of which course names are asked for, as of when, and who used which type of activity on which days."""

    organisation: OrganisationId
    course: CourseId
    instant: datetime
    activity: ActivityType | None
    shown: tuple[date, date]
    other_activity: ActivityType | None = None
    """The same of a second choice."""


def names_and_sections(asked: NamesOf, keys: Collection[int]) -> Statement:
    """(person_id, public_id, given_name, family_name, sections, groups, used, used_by_others, contacted) of people.

    `sections`: short ids, `groups`: names, null: none. `used`: whether they did something of `asked.activity` on the
    shown days; false where no activity is asked for. `contacted`: when the last mail of staff of the course went to
    them.
    """
    held = _sections_held(asked, sections.c.course_id == asked.course)
    more = _more(asked)
    return (
        select(*_columns(asked, held, more))
        .select_from(_with(people.outerjoin(held, held.c.person_id == people.c.person_id), more))
        .where(people.c.organisation_id == asked.organisation, one_of(people.c.person_id, keys))
    )


def names_in_sections(asked: NamesOf, keys: Collection[SectionId]) -> Statement:
    """The same of everybody who is a learner in any of these sections; `sections` are those of them."""
    held = _sections_held(asked, one_of(memberships.c.scope_id, keys))
    more = _more(asked)
    return (
        select(*_columns(asked, held, more))
        .select_from(_with(people.join(held, held.c.person_id == people.c.person_id), more))
        .where(people.c.organisation_id == asked.organisation)
    )


def _more(asked: NamesOf) -> tuple[Subquery, Subquery]:
    """What is looked up by person: groups, and when they were written to."""
    return _groups_held(asked), _contacted(asked)


def _with(found: FromClause, more: tuple[Subquery, ...]) -> FromClause:
    for one in more:
        found = found.outerjoin(one, one.c.person_id == people.c.person_id)
    return found


def _columns(asked: NamesOf, held: Subquery, more: tuple[Subquery, Subquery]) -> tuple[ColumnElement[Any], ...]:
    grouped, contacted = more
    return (
        people.c.person_id,
        people.c.public_id,
        *names_of(people),
        held.c.sections,
        grouped.c.groups,
        _used(asked, asked.activity).label("used"),
        _used(asked, asked.other_activity).label("used_by_others"),
        contacted.c.contacted,
    )


def _used(asked: NamesOf, activity: ActivityType | None) -> ColumnElement[bool]:
    if activity is None:
        return false()
    types, (first, last) = learner_course_day_types.c, asked.shown
    return exists().where(
        types.organisation_id == asked.organisation,
        types.course_id == asked.course,
        types.person_id == people.c.person_id,
        types.day >= first,
        types.day <= last,
        types.activity_type == activity.value,
    )


def _contacted(asked: NamesOf) -> Subquery:
    """When the last mail of staff of the course went to each."""
    holder = func.coalesce(member.c.merged_into, member.c.person_id)
    message, mail = messages.c, message_recipients.c
    return (
        select(holder.label("person_id"), func.max(mail.sent_at).label("contacted"))
        .select_from(messages)
        .join(
            message_recipients,
            and_(mail.organisation_id == message.organisation_id, mail.message_id == message.message_id),
        )
        .join(member, and_(member.c.organisation_id == mail.organisation_id, member.c.person_id == mail.person_id))
        .where(
            message.organisation_id == asked.organisation,
            message.course_id == asked.course,
            mail.state == MailState.SENT,
            mail.sent_at <= asked.instant,
        )
        .group_by(holder)
        .subquery("contacted")
    )


def _sections_held(asked: NamesOf, which: ColumnElement[bool]) -> Subquery:
    holder = func.coalesce(member.c.merged_into, member.c.person_id)
    return (
        select(holder.label("person_id"), _texts(sections.c.name).label("sections"))
        .select_from(memberships)
        .join(sections, section_of_membership())
        .join(member, membership_of_member())
        .where(*_learns(asked, "section"), which)
        .group_by(holder)
        .subquery("held")
    )


def _groups_held(asked: NamesOf) -> Subquery:
    holder = func.coalesce(member.c.merged_into, member.c.person_id)
    groups = learner_groups.c
    return (
        select(holder.label("person_id"), _texts(groups.name).label("groups"))
        .select_from(memberships)
        .join(
            learner_groups,
            and_(
                groups.organisation_id == memberships.c.organisation_id,
                groups.group_id == memberships.c.scope_id,
            ),
        )
        .join(member, membership_of_member())
        .where(*_learns(asked, "group"), groups.course_id == asked.course)
        .group_by(holder)
        .subquery("grouped")
    )


def _texts(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The different texts as a list: the driver makes one, which SQLAlchemy would copy element by element."""
    return func.array_agg(column.distinct(), type_=NullType())


def _learns(asked: NamesOf, kind: str) -> tuple[ColumnElement[bool], ...]:
    return (
        memberships.c.organisation_id == asked.organisation,
        memberships.c.scope_kind == kind,
        memberships.c.role == Role.LEARNER,
        holds_at(asked.instant),
    )
