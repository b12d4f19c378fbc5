"""The sessions that last, as their owner and administrators see them."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, select

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.described import full_name, names_of
from dashapp.data.store.sessions import same_person
from dashapp.data.store.structure import read_days
from dashapp.data.tables import people, sessions
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import ListedSession, SessionsView, SignInMethod

MOST_LISTED: Final = 200
"""On one page; the ones seen last."""


def read_sessions(
    database: Database, principal: Principal, at: datetime, own: bytes, *, everybody: bool
) -> SessionsView:
    """The principal's own sessions or, for an administrator, those of the whole organisation.

    `own`: the digest of the one by which is asked. Raises NotPermitted, Unavailable.
    """
    if everybody and not principal.administers:
        raise NotPermitted("Only administrators see who is signed in.")
    organisation = principal.organisation_id
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        zone = str(read_days(connection, organisation).zone_at(at.timestamp()))
        person = None if everybody else principal.person_id
        return SessionsView(tuple(list_sessions(connection, organisation, at, person, own)), zone, everybody)


def list_sessions(
    connection: Connection, organisation: OrganisationId, at: datetime, person: PersonId | None, own: bytes
) -> list[ListedSession]:
    """Sessions that last at an instant, of a person or of everybody, the one seen last first.

    `own`: the digest of the one by which is asked, which is marked.
    """
    row = sessions.c
    idle = func.make_interval(0, 0, 0, 0, 0, 0, row.idle_seconds)
    conditions = [row.person_id.in_(same_person(organisation, person))] if person is not None else []
    found = connection.execute(
        select(
            *(row.session_id, row.method, row.device, row.page, row.started_at, row.seen_at),
            (row.digest == own).label("own"),
            *names_of(people),
        )
        .join(people, and_(people.c.organisation_id == row.organisation_id, people.c.person_id == row.person_id))
        .where(row.organisation_id == organisation, row.ended_at.is_(None), *conditions)
        .where(row.expires_at > at, row.seen_at + idle > at)
        .order_by(row.seen_at.desc(), row.session_id)
        .limit(MOST_LISTED)
    )
    return [_listed(each) for each in found]


def _listed(row: Row[Any]) -> ListedSession:
    return ListedSession(
        session_id=row.session_id,
        name=full_name(row.given_name, row.family_name),
        method=SignInMethod(row.method),
        device=row.device,
        page=row.page,
        started_at=row.started_at,
        seen_at=row.seen_at,
        own=row.own,
    )
