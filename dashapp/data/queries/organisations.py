"""An organisation by the id in its address, and the other way round."""

from uuid import UUID

from sqlalchemy import Connection, select

from dashapp.data.tables import organisations
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PublicId


def organisation_address(connection: Connection, organisation: OrganisationId) -> PublicId:
    """The id that stands in the address of the organisation's page. Raises NotFound."""
    statement = select(organisations.c.public_id).where(organisations.c.organisation_id == organisation)
    found = connection.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such organisation.")
    return PublicId(found)


def check_organisation(connection: Connection, organisation: OrganisationId, public_id: UUID) -> None:
    """Raises NotFound unless the id in the address is the organisation's own."""
    if organisation_address(connection, organisation) != public_id:
        raise NotFound("There is no such organisation.")
