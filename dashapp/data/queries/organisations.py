"""An organisation by the id that stands in its page's address."""

from sqlalchemy import select

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.tables import organisations
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PublicId


def own_address(database: Database, organisation: OrganisationId) -> PublicId:
    """The public id of an organisation. Raises NotFound, and Unavailable while the database is away."""
    statement = select(organisations.c.public_id).where(organisations.c.organisation_id == organisation)
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        found = connection.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such organisation.")
    return PublicId(found)
