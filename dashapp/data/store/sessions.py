"""The rows of sessions: begun, found, seen, ended. All as la_web, in a transaction of the organisation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Connection,
    DateTime,
    LargeBinary,
    Select,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from dashapp.data.store.audit import record
from dashapp.data.store.embed_links import end_links, epoch_of
from dashapp.data.store.locks import own_sessions, share_sessions
from dashapp.data.store.vouchers import is_believed
from dashapp.data.tables import ended_sessions, people, session_tickets, sessions
from dashapp.domain.audit import Action, Actor, ViewerRole, person_subject
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.sessions import Carrier, SignInMethod, Voucher

_BYTES: Final = ARRAY(LargeBinary)
_MOMENTS: Final = ARRAY(DateTime(timezone=True))


class NotBelieved(NotPermitted):
    """What a new session was to rest on is over: the trust in another system, or the session it was opened from."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session is from its beginning on."""

    organisation_id: OrganisationId
    person: PublicId
    digest: bytes
    method: SignInMethod
    carrier: Carrier
    device: str
    page: str | None
    started_at: datetime
    idle_seconds: int
    expires_at: datetime
    voucher: Voucher | None = None
    parent: bytes | None = None
    """The digest of the session from which it was opened."""
    link_epoch: int | None = None
    """Of the signed link by which it was opened."""


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session that was neither ended nor forgotten; its limits may have passed all the same."""

    digest: bytes
    session_id: UUID
    method: SignInMethod
    page: str | None
    seen_at: datetime
    idle_seconds: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """Which of an organisation's sessions are meant: all that fit what is given, and at least one thing is."""

    digest: bytes | None = None
    session_id: UUID | None = None
    person_id: PersonId | None = None
    """With those of the people merged into this one."""
    method: SignInMethod | None = None
    voucher: Voucher | None = None
    """Without its deployment: all of the platform's."""
    but: bytes | None = None
    """The digest of one that is not meant."""

    @property
    def ends_links(self) -> bool:
        """Whether the signed links of the person are meant, too: nothing narrower is named than they."""
        narrower = (self.digest, self.session_id, self.voucher)
        return narrower == (None, None, None) and self.method in (None, SignInMethod.LINK)


@dataclass(frozen=True, slots=True)
class Ender:
    """Who ends sessions."""

    actor: Actor
    person_id: PersonId | None = None
    """None: whoever leaves by themself, or an operator."""


def begin_session(connection: Connection, new: NewSession, origin: str | None = None) -> None:
    """Adds the row, and one of the audit trail. `origin`: the network it was begun from.

    Raises NotFound where there is no such person, NotBelieved where what the session rests on is over.
    """
    if new.voucher is not None and not is_believed(connection, new.organisation_id, new.voucher):
        raise NotBelieved("Whoever vouches for this sign-in is not believed here any more.")
    if new.parent is not None and not _lasts(connection, new.organisation_id, new.parent):
        raise NotBelieved("The session from which this one was opened has ended.")
    if new.link_epoch is not None and new.link_epoch != _epoch_of(connection, new):
        raise NotBelieved("The link has been ended.")
    person = select(people.c.organisation_id, people.c.person_id).where(
        people.c.organisation_id == new.organisation_id, people.c.public_id == new.person
    )
    values: dict[str, object] = {
        "digest": new.digest,
        "method": new.method.value,
        "carrier": new.carrier.value,
        "device": new.device,
        "page": new.page,
        "started_at": new.started_at,
        "seen_at": new.started_at,
        "idle_seconds": new.idle_seconds,
        "expires_at": new.expires_at,
        "voucher": new.voucher.name if new.voucher else None,
        "deployment": new.voucher.deployment if new.voucher else None,
        "parent": new.parent,
    }
    columns = [literal(value, sessions.c[name].type).label(name) for name, value in values.items()]
    begun = connection.execute(
        insert(sessions)
        .from_select(["organisation_id", "person_id", *values], person.add_columns(*columns))
        .returning(sessions.c.person_id)
    ).scalar_one_or_none()
    if begun is None:
        raise NotFound("There is no such person.")
    what = {"subject": person_subject(PersonId(begun)), "only": new.page}
    # A signed link is opened by whoever has it, as the one who had it made.
    role = None if new.method is SignInMethod.LINK else ViewerRole.SELF
    actor = Actor(str(new.person), role, origin, new.method.value)
    record(connection, new.organisation_id, actor, Action.SIGNED_IN, what)


def _lasts(connection: Connection, organisation: OrganisationId, digest: bytes) -> bool:
    """Whether nobody ends a session before this transaction does."""
    share_sessions(connection, organisation)
    return digest in find_sessions(connection, organisation, (digest,))


def _epoch_of(connection: Connection, new: NewSession) -> int:
    """The number of links of this person until this transaction ends."""
    share_sessions(connection, new.organisation_id)
    return epoch_of(connection, new.organisation_id, new.person)


def find_sessions(
    connection: Connection, organisation: OrganisationId, digests: Sequence[bytes]
) -> dict[bytes, KeptSession]:
    """The sessions of these digests that nobody has ended."""
    row = sessions.c
    found = connection.execute(
        select(row.digest, row.session_id, row.method, row.page, row.seen_at, row.idle_seconds, row.expires_at).where(
            row.organisation_id == organisation,
            row.digest == func.any(bindparam("digests", list(digests), type_=_BYTES)),
            row.ended_at.is_(None),
        )
    )
    return {bytes(each.digest): _kept(each) for each in found}


def mark_seen(connection: Connection, organisation: OrganisationId, seen: Mapping[bytes, datetime]) -> None:
    """Moves `seen_at` on; an ended session is left as it is."""
    given = func.unnest(
        bindparam("digests", list(seen), type_=_BYTES), bindparam("moments", list(seen.values()), type_=_MOMENTS)
    )
    at = given.table_valued(
        column("digest", LargeBinary), column("moment", DateTime(timezone=True)), name="seen"
    ).render_derived()
    connection.execute(
        update(sessions)
        .values(seen_at=func.greatest(sessions.c.seen_at, at.c.moment))
        .where(
            sessions.c.organisation_id == organisation,
            sessions.c.digest == at.c.digest,
            sessions.c.ended_at.is_(None),
        )
    )


def end_sessions(connection: Connection, organisation: OrganisationId, choice: SessionChoice, by: Ender) -> list[bytes]:
    """Ends the chosen sessions, and those opened from them, for every process; gives the digests of those that had not
    been ended before. With all of a person's, or all of their links, end the links themselves.

    The audit trail has a row for each person whose sessions these were.
    """
    own_sessions(connection, organisation)
    if choice.person_id is not None and choice.ends_links:
        theirs = connection.execute(same_person(organisation, choice.person_id)).scalars().all()
        end_links(connection, organisation, theirs)
    ended = connection.execute(
        update(sessions)
        .values(ended_at=text("clock_timestamp()"), ended_by=by.person_id)
        .where(
            sessions.c.organisation_id == organisation,
            sessions.c.digest.in_(_chosen(organisation, choice)),
            sessions.c.ended_at.is_(None),
        )
        .returning(sessions.c.digest, sessions.c.person_id)
    ).all()
    digests = [bytes(each.digest) for each in ended]
    for person, count in Counter(each.person_id for each in ended).items():
        what = {"subject": person_subject(PersonId(person)), "count": count}
        record(connection, organisation, by.actor, Action.SESSION_ENDED, what)
    if digests:
        rows = [{"organisation_id": organisation, "digest": digest} for digest in digests]
        connection.execute(
            upsert(ended_sessions).values(ended_at=text("clock_timestamp()")).on_conflict_do_nothing(), rows
        )
    return digests


def recently_ended(connection: Connection, seconds: int) -> list[bytes]:
    """The digests of all sessions, of any organisation, that were ended within so many seconds."""
    since = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    found = connection.execute(select(ended_sessions.c.digest).where(ended_sessions.c.ended_at > since))
    return [bytes(each.digest) for each in found]


def forget_sessions(connection: Connection, organisation: OrganisationId, before: datetime) -> int:
    """Throws away what was over before an instant, as la_jobs; gives how many sessions that were.

    `before` lies further back than a session can last, else an ended one would be let in by `/live` again.
    """
    gone = connection.execute(
        delete(sessions).where(sessions.c.organisation_id == organisation, sessions.c.expires_at < before)
    )
    for table, moment in (
        (session_tickets, session_tickets.c.expires_at),
        (ended_sessions, ended_sessions.c.ended_at),
    ):
        connection.execute(delete(table).where(table.c.organisation_id == organisation, moment < before))
    return gone.rowcount


def same_person(organisation: OrganisationId, person: PersonId) -> Select[Any]:
    """The keys of an organisation that are this person: their own, and those merged into it."""
    one = people.alias("one")
    return select(one.c.person_id).where(
        one.c.organisation_id == organisation,
        (one.c.person_id == person) | (one.c.merged_into == person),
    )


def _chosen(organisation: OrganisationId, choice: SessionChoice) -> CompoundSelect[Any]:
    """The digests of the sessions that are meant and of those opened from them: by one index each."""
    row, tab = sessions.alias("meant").c, sessions.alias("opened").c
    meant = select(row.digest).where(row.organisation_id == organisation, row.ended_at.is_(None))
    meant = meant.where(*_conditions(organisation, row, choice))
    opened = select(tab.digest).where(tab.organisation_id == organisation, tab.parent.in_(meant))
    if choice.but is not None:
        meant, opened = meant.where(row.digest != choice.but), opened.where(tab.digest != choice.but)
    return union(meant, opened)


def _conditions(
    organisation: OrganisationId, row: ReadOnlyColumnCollection[str, Any], choice: SessionChoice
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if choice.digest is not None:
        found.append(row.digest == choice.digest)
    if choice.session_id is not None:
        found.append(row.session_id == choice.session_id)
    if choice.person_id is not None:
        found.append(row.person_id.in_(same_person(organisation, choice.person_id)))
    if choice.method is not None:
        found.append(row.method == choice.method.value)
    if choice.voucher is not None:
        found.append(row.voucher == choice.voucher.name)
        if choice.voucher.deployment is not None:
            found.append(row.deployment == choice.voucher.deployment)
    if not found:
        raise ValueError("a choice of sessions that names nothing would mean all of them")
    return found


def _kept(row: Any) -> KeptSession:
    return KeptSession(
        digest=bytes(row.digest),
        session_id=row.session_id,
        method=SignInMethod(row.method),
        page=row.page,
        seen_at=row.seen_at,
        idle_seconds=row.idle_seconds,
        expires_at=row.expires_at,
    )
