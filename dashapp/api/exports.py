"""Files of reports: `GET /exports/<key>`, in ranges, for who asked for them; `GET /exports/<key>/manifest.json`."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from flask import Flask, Response, abort

from dashapp.api.sending import send_file_from
from dashapp.data.database import DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.queries.organisations import own_address
from dashapp.data.store import audit
from dashapp.data.store.export_runs import find_run, manifest_of_run
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Permission, Principal
from dashapp.domain.reports.exports import ExportRun, ExportState
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal, permits, stands_alone
from dashapp.services import Services


@dataclass(frozen=True, slots=True)
class ExportedFiles:
    """Gives files out, in pieces, each download with a row of the trail; to others they are not there (404)."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the routes below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        for name, ending, answer in (
            ("exported_file", "", self._file),
            ("exported_manifest", "/manifest.json", self._manifest),
        ):
            server.add_url_rule(f"{prefix}/exports/<uuid:export>{ending}", name, answer, methods=["GET"])
            self.guard.open_route(name, Access.FILE)

    def _file(self, export: UUID) -> Response:
        principal = self._reader()
        try:
            run, media, path = self._find(principal, export)
        except NotFound:
            abort(404)
        # Whatever part of it is asked for: what is not asked for here has been asked for before, or will be.
        self._record(principal, run)
        return send_file_from(path, run.name or str(export), media, run.sha256 or str(export))

    def _manifest(self, export: UUID) -> Response:
        principal = self._reader()
        with self.services.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
            found = manifest_of_run(connection, principal.organisation_id, principal.person_id, export)
        if found is None:
            abort(404)
        response = Response(orjson.dumps(dict(found), option=orjson.OPT_INDENT_2), content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response

    def _reader(self) -> Principal:
        """Who asks, as long as they may read reports. A session that was opened for one page leads nowhere else."""
        if stands_alone() or not permits(current_principal(), Permission.REPORTS_PAGE):
            abort(404)
        return current_principal()

    def _find(self, principal: Principal, export: UUID) -> tuple[ExportRun, str, Path]:
        """The run, the type of its file and the file. Raises NotFound where it is not theirs, or not there any more."""
        own = principal.organisation_id
        with self.services.database.transaction(DatabaseRole.JOBS, own) as connection:
            found = find_run(connection, own, principal.person_id, export)
        if found is None or found[0].state is not ExportState.DONE:
            raise NotFound("There is no such file.")
        run, media = found
        path = ExportFolder.of_reports(self.services.settings.data_dir).file(
            own_address(self.services.database, own), export
        )
        if not path.is_file() or (run.expires_at is not None and run.expires_at <= self.services.clock()):
            raise NotFound("Its time is over.")
        return run, media, path

    def _record(self, principal: Principal, run: ExportRun) -> None:
        """What leaves the service always stands in the audit trail; where that cannot be, nothing leaves."""
        role = ViewerRole.ADMINISTRATOR if principal.administers else ViewerRole.STAFF
        what = {"subject": ORGANISATION_SUBJECT, "export": str(run.public_id), "sha256": run.sha256}
        with self.services.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
            audit.record(connection, principal.organisation_id, acting(principal, role), Action.REPORT_TAKEN, what)
