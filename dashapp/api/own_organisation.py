"""What routes below `/organisations/<id>/` have in common: for administrators of that organisation alone."""

import csv
import io
from collections.abc import Iterable
from uuid import UUID

from flask import Response, abort

from dashapp.data.queries.organisations import own_address
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Permission
from dashapp.domain.spreadsheets import MARK, harmless
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


def csv_file(name: str, rows: Iterable[Iterable[object]]) -> Response:
    """A download of these rows, the head first; what would be a formula in a spreadsheet is none."""
    text = io.StringIO()
    text.write(MARK)
    lines = csv.writer(text)
    for row in rows:
        lines.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
