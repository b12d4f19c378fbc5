"""Messages to learners as they are written: queued, taken back, taken in hand, settled. All as la_jobs."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, and_, exists, func, insert, select, update

from dashapp.data.queries.described import described, full_name, names_of
from dashapp.data.queries.enrolment import one_of
from dashapp.data.store.audit import Action, Actor, record
from dashapp.data.store.locks import own_messages
from dashapp.data.tables import courses, message_recipients, messages, people
from dashapp.domain.audit import course_subject, person_subject
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.mail import usable_address
from dashapp.domain.messages import (
    AWAY,
    GIVEN_UP,
    HELD,
    LONGEST_WAIT,
    MOST_AN_HOUR,
    Mail,
    MailState,
    MessageState,
    NewMessage,
    Outcome,
    filled,
    next_try,
    one_line,
)

HOUR: Final = timedelta(hours=1)
OPEN: Final = (MessageState.QUEUED, MessageState.SENDING)
UNSETTLED: Final = (MailState.WAITING, MailState.SENDING)
message, mail = messages.c, message_recipients.c


class TooManyMails(NotPermitted):
    """The author may send no more than `left` mails now."""

    def __init__(self, left: int) -> None:
        super().__init__("Too many mails within an hour.")
        self.left = left


def addresses_of(
    connection: Connection, organisation: OrganisationId, learners: Collection[UUID]
) -> dict[UUID, tuple[PersonId, str | None]]:
    """Key and usable address, where there is one, of people by their public ids."""
    found = connection.execute(
        select(people.c.public_id, people.c.person_id, described(people, "email")).where(
            people.c.organisation_id == organisation, people.c.public_id.in_(learners)
        )
    )
    return {row.public_id: (PersonId(row.person_id), usable_address(row.email)) for row in found}


def mails_left(connection: Connection, organisation: OrganisationId, author: PersonId, now: datetime) -> int:
    """How many mails the author may still queue at this moment."""
    queued = connection.execute(
        select(func.count())
        .select_from(message_recipients.join(messages, _of_one_message()))
        .where(
            message.organisation_id == organisation,
            message.author_id == author,
            message.created_at > now - HOUR,
            message.state != MessageState.TAKEN_BACK,
            mail.state != MailState.NO_ADDRESS,
        )
    )
    return max(0, MOST_AN_HOUR - int(queued.scalar_one()))


def queue(connection: Connection, new: NewMessage, actor: Actor) -> UUID:
    """Queues a message, with a row of the audit trail for each learner; its public id. Raises TooManyMails.

    The same message that is held already is not queued twice: two clicks are one message.
    """
    own_messages(connection, new.author)
    held = _held(connection, new)
    if held is not None:
        return held
    left = mails_left(connection, new.organisation, new.author, new.at)
    if sum(one.has_address for one in new.recipients) > left:
        raise TooManyMails(left)
    row = _insert(connection, new)
    for one in new.recipients:
        what = {"subject": person_subject(one.person), "message": str(row.public_id), "course": int(new.course)}
        record(connection, new.organisation, actor, Action.MESSAGE_QUEUED, what)
    found: UUID = row.public_id
    return found


def _held(connection: Connection, new: NewMessage) -> UUID | None:
    """The same message of the same author to the same learners, while it is held."""
    to = select(func.array_agg(mail.person_id)).where(_of_one_message()).scalar_subquery()
    found = connection.execute(
        select(message.public_id, to.label("people")).where(
            message.organisation_id == new.organisation,
            message.author_id == new.author,
            message.course_id == new.course,
            message.state == MessageState.QUEUED,
            message.subject == new.draft.subject,
            message.body == new.draft.body,
            message.send_after > new.at,
        )
    )
    wanted = {int(one.person) for one in new.recipients}
    return next((row.public_id for row in found if set(row.people) == wanted), None)


def _insert(connection: Connection, new: NewMessage) -> Row[Any]:
    row: Row[Any] = connection.execute(
        insert(messages)
        .values(
            organisation_id=new.organisation,
            course_id=new.course,
            author_id=new.author,
            template=new.draft.template.value,
            language=new.language,
            subject=new.draft.subject,
            body=new.draft.body,
            state=MessageState.QUEUED.value,
            created_at=new.at,
            send_after=new.at + HELD,
        )
        .returning(message.message_id, message.public_id)
    ).one()
    rows = [
        {
            "organisation_id": new.organisation,
            "message_id": row.message_id,
            "person_id": one.person,
            "reasons": one.reasons_kept(),
            "reason_words": one.reason_words,
            "level": one.level.value,
            "score": one.score,
            "state": (MailState.WAITING if one.has_address else MailState.NO_ADDRESS).value,
            "try_after": new.at + HELD,
        }
        for one in new.recipients
    ]
    connection.execute(insert(message_recipients), rows)
    return row


def take_back(
    connection: Connection, organisation: OrganisationId, public_id: UUID, author: PersonId, actor: Actor
) -> bool:
    """Takes a message back that has not been begun; whether that could still be done, by whom has written it."""
    row = connection.execute(
        update(messages)
        .where(
            message.organisation_id == organisation,
            message.public_id == public_id,
            message.author_id == author,
            message.state == MessageState.QUEUED,
        )
        .values(state=MessageState.TAKEN_BACK.value, subject=None, body=None, finished_at=func.now())
        .returning(message.course_id)
    ).first()
    if row is None:
        return False
    what = {"subject": course_subject(row.course_id), "message": str(public_id)}
    record(connection, organisation, actor, Action.MESSAGE_TAKEN_BACK, what)
    return True


def begin_due(connection: Connection, organisation: OrganisationId, now: datetime) -> None:
    """Takes those messages in hand that can not be taken back any more, and gives up what hangs.

    A mail that has been in hand for long was begun by a process that is dead: it may have been sent, so it is not sent
    again.
    """
    connection.execute(
        update(messages)
        .where(message.organisation_id == organisation, message.state == MessageState.QUEUED, message.send_after <= now)
        .values(state=MessageState.SENDING.value)
    )
    connection.execute(
        update(message_recipients)
        .where(
            mail.organisation_id == organisation,
            mail.state == MailState.SENDING,
            mail.begun_at < now - GIVEN_UP,
        )
        .values(state=MailState.UNKNOWN.value, failed_at=now)
    )


def take_next(connection: Connection, organisation: OrganisationId, now: datetime) -> Mail | None:
    """Takes one mail in hand that is due, so that no other process does; None where there is none.

    To be committed before the mail server is told. A learner without an address by now is settled on the way.
    """
    due = (
        select(mail.message_id, mail.person_id)
        .join(messages, _of_one_message())
        .where(
            mail.organisation_id == organisation,
            message.state == MessageState.SENDING,
            mail.state == MailState.WAITING,
            mail.try_after <= now,
        )
        .order_by(mail.try_after, mail.message_id, mail.person_id)
        .limit(1)
        .with_for_update(of=message_recipients, skip_locked=True)
        # A subquery could be asked again for every row of the outer table, and hand out the next one each time.
        .cte("due")
    )
    while True:
        row = connection.execute(
            update(message_recipients)
            .where(
                mail.organisation_id == organisation,
                mail.message_id == due.c.message_id,
                mail.person_id == due.c.person_id,
            )
            .values(state=MailState.SENDING.value, begun_at=now, attempts=mail.attempts + 1)
            .returning(mail.message_id, mail.person_id, mail.public_id, mail.attempts, mail.reason_words)
        ).first()
        if row is None:
            return None
        taken = _mail(connection, organisation, row)
        if taken is not None:
            return taken
        _write(connection, organisation, (row.message_id, row.person_id), {"state": MailState.NO_ADDRESS.value})


def _mail(connection: Connection, organisation: OrganisationId, taken: Row[Any]) -> Mail | None:
    """What the mail says; None where the learner has no address, or the text is gone."""
    written = connection.execute(
        select(messages, func.coalesce(courses.c.title, courses.c.code).label("course"))
        .outerjoin(
            courses,
            and_(courses.c.organisation_id == message.organisation_id, courses.c.course_id == message.course_id),
        )
        .where(message.organisation_id == organisation, message.message_id == taken.message_id)
    ).one()
    learner = _person(connection, organisation, taken.person_id)
    author = _person(connection, organisation, written.author_id)
    address = usable_address(learner.email) if learner is not None else None
    if learner is None or address is None or written.subject is None:
        return None
    name = one_line(full_name(learner.given_name, learner.family_name))
    values = {"name": name, "course": one_line(written.course or ""), "reason": one_line(taken.reason_words)}
    replies = usable_address(author.email) if author is not None else None
    signed = one_line(full_name(author.given_name, author.family_name)) if author is not None else ""
    return Mail(
        taken.message_id, taken.person_id, taken.public_id, taken.attempts, address,
        filled(written.subject, values), filled(written.body, values), written.language,
        (signed, replies) if replies else None, written.created_at,
    )  # fmt: skip


def _person(connection: Connection, organisation: OrganisationId, key: int) -> Any:
    """The one who stands for a person now, as described."""
    named = people.alias("named")
    return connection.execute(
        select(*names_of(people), described(people, "email"))
        .join(
            named,
            and_(
                named.c.organisation_id == people.c.organisation_id,
                func.coalesce(named.c.merged_into, named.c.person_id) == people.c.person_id,
            ),
        )
        .where(people.c.organisation_id == organisation, named.c.person_id == key)
    ).first()


def settle(
    connection: Connection, organisation: OrganisationId, sent: Mail, outcome: tuple[Outcome, str], now: datetime
) -> None:
    """Writes what came of a mail; `outcome` with the server's reply code."""
    came, trouble = outcome
    again = next_try(sent.attempts, now) if came is Outcome.LATER else None
    values: dict[str, Any] = {"trouble": trouble or None}
    if came is Outcome.SENT:
        values |= {"state": MailState.SENT.value, "sent_at": now, "trouble": None}
    elif again is not None:
        values |= {"state": MailState.WAITING.value, "try_after": again, "begun_at": None}
    else:
        state = MailState.UNKNOWN if came is Outcome.UNKNOWN else MailState.FAILED
        values |= {"state": state.value, "failed_at": now}
    _write(connection, organisation, (sent.message_id, sent.person), values)


def put_back(connection: Connection, organisation: OrganisationId, taken: Mail, now: datetime) -> None:
    """A mail that was taken in hand and of which the server was not told: it waits, behind the others, and fails when
    that has gone on for too long."""
    values: dict[str, Any] = {"begun_at": None, "attempts": taken.attempts - 1}
    if now - taken.created_at > LONGEST_WAIT:
        values |= {"state": MailState.FAILED.value, "failed_at": now, "trouble": "unreachable"}
    else:
        values |= {"state": MailState.WAITING.value, "try_after": now + AWAY}
    _write(connection, organisation, (taken.message_id, taken.person), values)


def _write(connection: Connection, organisation: OrganisationId, key: tuple[int, int], values: dict[str, Any]) -> None:
    connection.execute(
        update(message_recipients)
        .where(mail.organisation_id == organisation, mail.message_id == key[0], mail.person_id == key[1])
        .values(**values)
    )


def finish(connection: Connection, organisation: OrganisationId, now: datetime) -> None:
    """Closes the messages of which every mail is settled."""
    one = message_recipients.alias("one")
    belongs = and_(one.c.organisation_id == message.organisation_id, one.c.message_id == message.message_id)
    reached = exists().where(belongs, one.c.state.in_([MailState.SENT, MailState.UNKNOWN]))
    for found, state in ((reached, MessageState.SENT), (~reached, MessageState.FAILED)):
        connection.execute(
            update(messages)
            .where(
                message.organisation_id == organisation,
                message.state == MessageState.SENDING,
                ~exists().where(belongs, one.c.state.in_(UNSETTLED)),
                found,
            )
            .values(state=state.value, finished_at=now)
        )


def is_busy(connection: Connection, organisation: OrganisationId) -> bool:
    """Whether any message is not finished."""
    return (
        connection.execute(
            select(message.message_id).where(message.organisation_id == organisation, message.state.in_(OPEN)).limit(1)
        ).first()
        is not None
    )


def forget_texts(connection: Connection, organisation: OrganisationId, before: datetime) -> int:
    """Throws away what messages from before an instant said; who was written to, when and why stays."""
    gone = connection.execute(
        update(messages)
        .where(
            message.organisation_id == organisation,
            message.created_at < before,
            message.state.not_in(OPEN),
            message.body.is_not(None),
        )
        .values(subject=None, body=None)
    )
    return gone.rowcount


def contacted_since(
    connection: Connection, organisation: OrganisationId, learners: Collection[PersonId], since: datetime
) -> set[PersonId]:
    """Those of the learners to whom a mail has gone since an instant."""
    found = connection.execute(
        select(mail.person_id)
        .distinct()
        .where(
            mail.organisation_id == organisation,
            one_of(mail.person_id, learners),
            mail.state == MailState.SENT,
            mail.sent_at >= since,
        )
    )
    return {PersonId(key) for key in found.scalars()}


def _of_one_message() -> Any:
    return and_(mail.organisation_id == message.organisation_id, mail.message_id == message.message_id)
