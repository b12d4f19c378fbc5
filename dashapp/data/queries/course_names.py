"""What courses are called, by the ids that addresses and reports name them by."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection, select

from dashapp.data.tables import courses, organisations
from dashapp.domain.principal import Principal


def read_course_names(connection: Connection, principal: Principal, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Code and title of those of the courses that the principal may see figures of."""
    if not ids:
        return {}
    held = courses.c
    rows = connection.execute(
        select(held.course_id, held.public_id, held.code, held.title).where(
            held.organisation_id == principal.organisation_id, held.public_id.in_(ids)
        )
    )
    return {
        row.public_id: f"{row.code or ''} {row.title or ''}".strip()
        for row in rows
        if principal.administers or row.course_id in principal.teaches_in
    }


def read_organisation_title(connection: Connection, principal: Principal) -> str:
    """What the principal's organisation is called."""
    held = organisations.c
    statement = select(held.title, held.name).where(held.organisation_id == principal.organisation_id)
    row = connection.execute(statement).one()
    return str(row.title or row.name)
