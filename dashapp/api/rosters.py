"""All findings of a check of a roster as CSV: `GET /organisations/<id>/rosters/<run>/findings.csv`."""

import csv
import io
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store import audit
from dashapp.data.store.rosters.runs import find_run, read_rows
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Permission
from dashapp.domain.roster_checks import Reason
from dashapp.domain.roster_runs import RowPart, RunRow
from dashapp.domain.spreadsheets import MARK, harmless
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal, current_session, permits
from dashapp.services import Services
from dashapp.words.rosters import reason_word

_ALL: Final = 100_000
"""More than a check keeps."""


@dataclass(frozen=True, slots=True)
class RosterFindings:
    """Gives the file to administrators of its own organisation; each time with a row of the trail."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        rule = f"{prefix}/organisations/<uuid:organisation>/rosters/<uuid:run>/findings.csv"
        server.add_url_rule(rule, "roster_findings", self._answer, methods=["GET"])
        self.guard.open_route("roster_findings", Access.FILE)

    def _answer(self, organisation: UUID, run: UUID) -> Response:
        principal = current_principal()
        if not permits(principal, Permission.ADMINISTRATION_PAGE) or current_session().page is not None:
            abort(404)
        own, database = principal.organisation_id, self.services.database
        try:
            if own_address(database, own) != organisation:
                abort(404)
        except NotFound:
            abort(404)
        with database.transaction(DatabaseRole.JOBS, own) as connection:
            found = find_run(connection, own, run)
            if found is None:
                abort(404)
            _total, rows = read_rows(connection, own, found.run_id, RowPart.FINDING, ("", 0, _ALL))
            what = {"subject": ORGANISATION_SUBJECT, "page": "rosters", "run": str(run)}
            audit.record(connection, own, acting(principal, ViewerRole.ADMINISTRATOR), Action.EXPORTED, what)
        response = Response(_file(rows), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="findings.csv"'
        response.headers["Cache-Control"] = "no-store"
        return response


def _file(rows: list[RunRow]) -> str:
    """The same columns as the command's report; what would be a formula in a spreadsheet is none."""
    text = io.StringIO()
    text.write(MARK)
    lines = csv.writer(text)
    lines.writerow(["file", "line", "column", "reason", "words", "value", "stops"])
    for row in rows:
        said = reason_word(Reason(row.kind))
        cells = [
            row.name,
            row.line or "",
            row.column,
            row.kind,
            said,
            row.value,
            "yes" if row.thing == "error" else "no",
        ]
        lines.writerow([harmless(cell) for cell in cells])
    return text.getvalue()
