"""Tickets: one request each, without a header, on behalf of a session that still lasts. As la_web."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select, update

from dashapp.data.tables import people, session_tickets, sessions
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.sessions import Carrier, Parent, SignInMethod, Voucher


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket is good for."""

    organisation_id: OrganisationId
    digest: bytes
    session_digest: bytes
    path: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TakenTicket:
    """The session on whose behalf a ticket was taken."""

    person: PublicId
    session: Parent
    method: SignInMethod
    carrier: Carrier
    page: str | None
    voucher: Voucher | None


def add_ticket(connection: Connection, new: NewTicket) -> None:
    """Adds the row."""
    connection.execute(
        insert(session_tickets).values(
            organisation_id=new.organisation_id,
            digest=new.digest,
            session_digest=new.session_digest,
            path=new.path,
            expires_at=new.expires_at,
        )
    )


def take_ticket(
    connection: Connection, organisation: OrganisationId, digest: bytes, path: str, at: datetime
) -> TakenTicket | None:
    """Uses a ticket up. None: it is none, is for another path, was used, or its time or its session is over."""
    ticket, row = session_tickets.c, sessions.c
    used = (
        update(session_tickets)
        .values(used_at=at)
        .where(
            ticket.organisation_id == organisation,
            ticket.digest == digest,
            ticket.path == path,
            ticket.used_at.is_(None),
            ticket.expires_at > at,
        )
        .returning(ticket.session_digest)
    )
    session_digest = connection.execute(used).scalar_one_or_none()
    if session_digest is None:
        return None
    idle = func.make_interval(0, 0, 0, 0, 0, 0, row.idle_seconds)
    found = connection.execute(
        select(people.c.public_id, row.method, row.carrier, row.page, row.voucher, row.deployment, row.expires_at)
        .join(people, and_(people.c.organisation_id == row.organisation_id, people.c.person_id == row.person_id))
        .where(row.organisation_id == organisation, row.digest == session_digest)
        .where(row.ended_at.is_(None), row.expires_at > at, row.seen_at + idle > at)
    ).one_or_none()
    if found is None:
        return None
    return TakenTicket(
        person=PublicId(found.public_id),
        session=Parent(bytes(session_digest), found.expires_at),
        method=SignInMethod(found.method),
        carrier=Carrier(found.carrier),
        page=found.page,
        voucher=Voucher(found.voucher, found.deployment) if found.voucher else None,
    )
