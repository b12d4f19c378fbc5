"""The file of an export of everything: `GET /organisations/<id>/exports/<export>.zip`, for administrators."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort

from dashapp.api.own_organisation import own_organisation
from dashapp.api.sending import send_file_from
from dashapp.data.database import DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.store import audit
from dashapp.data.store.leaving.exports import find_export
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.domain.leaving import Export, ExportState
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal
from dashapp.services import Services


@dataclass(frozen=True, slots=True)
class OrganisationFile:
    """Gives the file out, in pieces, to administrators of its own organisation; each time with a row of the trail.
    A download that broke off goes on where it stood."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        rule = f"{prefix}/organisations/<uuid:organisation>/exports/<uuid:export>.zip"
        server.add_url_rule(rule, "organisation_file", self._answer, methods=["GET"])
        self.guard.open_route("organisation_file", Access.FILE)

    def _answer(self, organisation: UUID, export: UUID) -> Response:
        own, principal = own_organisation(self.services, organisation), current_principal()
        try:
            found, path = self._find(own, organisation, export)
        except NotFound:
            abort(404)
        what = {"subject": ORGANISATION_SUBJECT, "export": str(export), "sha256": found.sha256}
        with self.services.database.transaction(DatabaseRole.WEB, own) as connection:
            actor = acting(principal, ViewerRole.ADMINISTRATOR)
            audit.record(connection, own, actor, Action.EXPORT_TAKEN, what)
        name = f"{found.requested_at:%Y-%m-%d}-organisation.zip"
        return send_file_from(path, name, "application/zip", found.sha256 or str(export))

    def _find(self, own: OrganisationId, organisation: UUID, export: UUID) -> tuple[Export, Path]:
        """The export and its file. Raises NotFound where it is not the organisation's, or not there any more."""
        with self.services.database.transaction(DatabaseRole.JOBS, own) as connection:
            found = find_export(connection, own, export)
        path = ExportFolder.below(self.services.settings.data_dir).file(organisation, export)
        if found is None or found.state is not ExportState.DONE or not path.is_file():
            raise NotFound("There is no such file.")
        if found.expires_at is not None and found.expires_at <= self.services.clock():
            raise NotFound("Its time is over.")
        return found, path
