"""Messages to one learner in some courses, with how the learner stood then and later; as la_jobs.

Two statements, and a third for who is staff of sections only: a level, and the reasons for it, compare the learner with
all whom the author saw. Where that tells of a few whom the reader does not see, both are left out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, exists, func, select

from dashapp.data.queries.described import full_name, names_of
from dashapp.data.queries.enrolment import learners_in_sections, learners_of, one_of
from dashapp.data.tables import courses, message_recipients, message_snapshots, messages, people
from dashapp.domain.audience import MINIMUM_GROUP
from dashapp.domain.indicators.follow_up import STEPS, Situation, Written, looked_at
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, SectionId
from dashapp.domain.localtime import LocalDays
from dashapp.domain.messages import MailState, MessageState
from dashapp.domain.views import Level
from dashapp.domain.views.contacts import Contact, Look, Standing

MOST: Final = 50
"""Messages, the latest first."""
message, mail = messages.c, message_recipients.c


@dataclass(frozen=True, slots=True)
class ContactsOf:
    """Whose messages are asked for, by whom."""

    organisation: OrganisationId
    learner: PersonId
    within: frozenset[CourseId]
    """The courses of the learner's in which the reader is staff."""
    reader: PersonId | None = None
    sections: frozenset[tuple[CourseId, SectionId]] = field(default_factory=frozenset)
    """Of the courses named here the reader sees the learners of these sections only."""
    minimum_group: int = MINIMUM_GROUP


def read_contacts(connection: Connection, asked: ContactsOf, now: datetime, local: LocalDays) -> tuple[Contact, ...]:
    """The messages to the learner in these courses, the latest first; by whichever of their keys they were written."""
    found = connection.execute(_messages((asked.organisation, asked.learner), asked.within)).all()
    if not found:
        return ()
    taken = _snapshots(connection, asked.organisation, {(row.message_id, row.person_id) for row in found})
    thin = _thin(connection, asked, now)
    contacts = []
    for row in found:
        contact = Contact(
            row.created_at,
            full_name(row.given_name, row.family_name),
            row.code or "",
            row.reason_words,
            row.level,
            row.score,
            row.state,
            _standings(row, taken[row.message_id, row.person_id], now, local),
        )
        contacts.append(_unjudged(contact) if row.course_id in thin and row.author != asked.reader else contact)
    return tuple(contacts)


def _thin(connection: Connection, asked: ContactsOf, now: datetime) -> set[int]:
    """The courses in which those whom the reader does not see are so few that a comparison with them tells theirs."""
    sections = [(course, section) for course, section in asked.sections if course in asked.within]
    if not sections:
        return set()
    every = learners_of(asked.organisation, sorted({course for course, _section in sections}), now)
    keys = sorted(section for _course, section in sections)
    seen = learners_in_sections(asked.organisation, keys, now).subquery("seen")
    number = func.count()
    unseen = (
        select(every.c.course_id)
        .where(~exists().where(seen.c.course_id == every.c.course_id, seen.c.person_id == every.c.person_id))
        .group_by(every.c.course_id)
        .having(number < asked.minimum_group)
    )
    return set(connection.execute(unseen).scalars())


def _unjudged(contact: Contact) -> Contact:
    """The same without its levels and the reasons for the first one."""
    standings = tuple(
        one if one.situation is None else replace(one, situation=replace(one.situation, level=None))
        for one in contact.standings
    )
    return replace(contact, reason="", level=None, standings=standings)


def _standings(mail: Row[Any], taken: Mapping[int, Row[Any]], now: datetime, local: LocalDays) -> tuple[Standing, ...]:
    if mail.state != MailState.SENT:
        return ()
    written = Written(mail.created_at, mail.sent_at)
    then, *later = (_standing(taken.get(step), step, looked_at(written, step, local), now) for step in STEPS)
    if then.situation is not None:
        # What the author saw is what was acted on, whatever has come in late since.
        then = replace(then, situation=replace(then.situation, level=Level(mail.level), score=mail.score))
    return then, *later


def _standing(taken: Row[Any] | None, step: int, due: datetime, now: datetime) -> Standing:
    if taken is None:
        return Standing(step, Look.NOT_DUE if due > now else Look.NOT_YET, due)
    if taken.events is None:
        return Standing(step, Look.NO_DATA, taken.as_of)
    level = None if taken.level is None else Level(taken.level)
    values = Situation(level, taken.score, taken.progress, taken.minutes, taken.events, taken.active_days)
    return Standing(step, Look.TAKEN, taken.as_of, values)


def _messages(of: tuple[OrganisationId, PersonId], within: Collection[CourseId]) -> Any:
    organisation, learner = of
    author, named, member = people.alias("author"), people.alias("named"), people.alias("member")
    return (
        select(
            message.message_id,
            message.created_at,
            message.course_id,
            mail.person_id,
            mail.sent_at,
            courses.c.code,
            mail.reason_words,
            mail.level,
            mail.score,
            mail.state,
            author.c.person_id.label("author"),
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


def _snapshots(
    connection: Connection, organisation: OrganisationId, mails: Collection[tuple[int, int]]
) -> dict[tuple[int, int], dict[int, Row[Any]]]:
    """By (message, person), and days after it."""
    snapshot = message_snapshots.c
    found: dict[tuple[int, int], dict[int, Row[Any]]] = defaultdict(dict)
    for row in connection.execute(
        select(message_snapshots).where(
            snapshot.organisation_id == organisation,
            one_of(snapshot.message_id, {message for message, _person in mails}),
            one_of(snapshot.person_id, {person for _message, person in mails}),
        )
    ):
        found[row.message_id, row.person_id][row.days_after] = row
    return found
