"""What routes below `/organisations/<id>/` have in common: for administrators of that organisation alone."""

from uuid import UUID

from flask import abort

from dashapp.data.queries.organisations import own_address
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Permission
from dashapp.security.guard import current_principal, current_session, permits
from dashapp.services import Services


def own_organisation(services: Services, organisation: UUID) -> OrganisationId:
    """The organisation in the address, which is that of who asks; for anybody else nothing is there (404)."""
    principal = current_principal()
    # A session that was opened for one page leads nowhere else.
    if not permits(principal, Permission.ADMINISTRATION_PAGE) or current_session().page is not None:
        abort(404)
    try:
        own = own_address(services.database, principal.organisation_id)
    except NotFound:
        abort(404)
    if own != organisation:
        abort(404)
    return principal.organisation_id
