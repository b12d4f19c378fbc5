"""Messages to one learner in some courses, with what the learner did around them; two statements, as la_jobs."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, select

from dashapp.data.queries.described import full_name, names_of
from dashapp.data.queries.enrolment import one_of
from dashapp.data.tables import courses, learner_course_days, message_recipients, messages, people
from dashapp.domain.indicators.follow_up import follow_up
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.messages import MessageState
from dashapp.domain.scope import AsOf
from dashapp.domain.views.contacts import Contact

MOST: Final = 50
"""Messages, the latest first."""
AROUND: Final = timedelta(days=16)
message, mail = messages.c, message_recipients.c


def read_contacts(
    connection: Connection,
    of: tuple[OrganisationId, PersonId],
    within: Collection[CourseId],
    as_of: AsOf,
    zone: str,
) -> tuple[Contact, ...]:
    """The messages to the learner in these courses, the latest first; by whichever of their keys they were written."""
    found = connection.execute(_messages(of, within)).all()
    if not found:
        return ()
    local = ZoneInfo(zone)
    days = _days(connection, of, within, (found[-1].created_at.date() - AROUND, found[0].created_at.date() + AROUND))
    today = as_of.instant.astimezone(local).date()
    return tuple(
        Contact(
            row.created_at,
            full_name(row.given_name, row.family_name),
            row.code or "",
            row.reason_words,
            row.level,
            row.score,
            row.state,
            follow_up(days[row.course_id], row.created_at.astimezone(local).date(), today),
        )
        for row in found
    )


def _messages(of: tuple[OrganisationId, PersonId], within: Collection[CourseId]) -> Any:
    organisation, learner = of
    author, named, member = people.alias("author"), people.alias("named"), people.alias("member")
    return (
        select(
            message.created_at,
            message.course_id,
            courses.c.code,
            mail.reason_words,
            mail.level,
            mail.score,
            mail.state,
            *names_of(author),
        )
        .join(messages, and_(mail.organisation_id == message.organisation_id, mail.message_id == message.message_id))
        .join(member, and_(member.c.organisation_id == mail.organisation_id, member.c.person_id == mail.person_id))
        .join(named, and_(named.c.organisation_id == message.organisation_id, named.c.person_id == message.author_id))
        .join(
            author,
            and_(
                author.c.organisation_id == named.c.organisation_id,
                author.c.person_id == func.coalesce(named.c.merged_into, named.c.person_id),
            ),
        )
        .outerjoin(
            courses,
            and_(courses.c.organisation_id == message.organisation_id, courses.c.course_id == message.course_id),
        )
        .where(
            mail.organisation_id == organisation,
            func.coalesce(member.c.merged_into, member.c.person_id) == learner,
            one_of(message.course_id, within),
            message.state != MessageState.TAKEN_BACK,
        )
        .order_by(message.created_at.desc())
        .limit(MOST)
    )


def _days(
    connection: Connection,
    of: tuple[OrganisationId, PersonId],
    within: Collection[CourseId],
    between: tuple[date, date],
) -> dict[int, dict[date, int]]:
    """Events of each local day, by course."""
    day = learner_course_days.c
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for row in connection.execute(
        select(day.course_id, day.day, day.events).where(
            day.organisation_id == of[0],
            day.person_id == of[1],
            one_of(day.course_id, within),
            day.day >= between[0],
            day.day <= between[1],
        )
    ):
        found[row.course_id][row.day] = row.events
    return found
