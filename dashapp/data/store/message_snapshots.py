"""How learners stood when they were written to, and 7 and 14 days later: what is due, what was found. As la_jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ARRAY, Connection, Integer, and_, bindparam, column, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import message_recipients, message_snapshots, messages, people
from dashapp.domain.indicators.follow_up import STEPS, Situation, Written
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.messages import MailState

CAUGHT_UP: Final = timedelta(days=120)
"""Mails from longer ago are not looked after any more: the process would have been down for months."""
MOST_AT_ONCE: Final = 5_000
message, mail, snapshot = messages.c, message_recipients.c, message_snapshots.c


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A learner who was written to, and of whom a snapshot may be due."""

    message_id: int
    person: PersonId
    """The key under which the message went."""
    stands_for: PersonId
    """Who they are now."""
    course: CourseId
    days_after: int
    written: Written
    author: PublicId


def unwritten(connection: Connection, organisation: OrganisationId, now: datetime) -> list[Unwritten]:
    """Who was sent a mail at least so many days ago and has no snapshot of that yet, the oldest first."""
    every = func.unnest(bindparam("steps", list(STEPS), type_=ARRAY(Integer)))
    steps = every.table_valued(column("days_after", Integer), name="steps").render_derived()
    step, author = steps.c.days_after, people.alias("author")
    found = connection.execute(
        select(
            mail.message_id,
            mail.person_id,
            func.coalesce(people.c.merged_into, people.c.person_id).label("stands_for"),
            message.course_id,
            message.created_at,
            mail.sent_at,
            step,
            author.c.public_id.label("author"),
        )
        .select_from(message_recipients)
        .join(messages, and_(message.organisation_id == mail.organisation_id, message.message_id == mail.message_id))
        .join(people, and_(people.c.organisation_id == mail.organisation_id, people.c.person_id == mail.person_id))
        .join(
            author,
            and_(author.c.organisation_id == message.organisation_id, author.c.person_id == message.author_id),
        )
        .join(steps, mail.sent_at <= now - func.make_interval(0, 0, 0, step))
        .where(
            mail.organisation_id == organisation,
            mail.state == MailState.SENT,
            mail.sent_at > now - CAUGHT_UP,
            ~exists().where(
                snapshot.organisation_id == mail.organisation_id,
                snapshot.message_id == mail.message_id,
                snapshot.person_id == mail.person_id,
                snapshot.days_after == step,
            ),
        )
        .order_by(mail.sent_at, step, mail.message_id, mail.person_id)
        .limit(MOST_AT_ONCE)
    )
    return [
        Unwritten(
            row.message_id,
            PersonId(row.person_id),
            PersonId(row.stands_for),
            CourseId(row.course_id),
            row.days_after,
            Written(row.created_at, row.sent_at),
            PublicId(row.author),
        )
        for row in found
    ]


def write_snapshots(
    connection: Connection,
    organisation: OrganisationId,
    of: Iterable[Unwritten],
    found: Mapping[PersonId, Situation],
    at: tuple[datetime, datetime],
) -> None:
    """Writes what was found as of the first instant, at the second one. Who is not in `found` was no learner then."""
    rows = []
    for one in of:
        stood = found.get(one.stands_for)
        rows.append(
            {
                "organisation_id": organisation,
                "message_id": one.message_id,
                "person_id": one.person,
                "days_after": one.days_after,
                "as_of": at[0],
                "taken_at": at[1],
                "level": None if stood is None or stood.level is None else stood.level.value,
                "score": None if stood is None else stood.score,
                "progress": None if stood is None else stood.progress,
                "minutes": None if stood is None else stood.minutes,
                "events": None if stood is None else stood.events,
                "active_days": None if stood is None else stood.active_days,
            }
        )
    # Two processes may both believe to lead, for a moment: what the first has written stays.
    connection.execute(insert(message_snapshots).on_conflict_do_nothing(), rows)
