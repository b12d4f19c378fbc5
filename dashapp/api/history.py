"""Records that an import of history could not take, as CSV: `GET /organisations/<id>/history/<import>/problems.csv`."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store import audit
from dashapp.data.store.history_imports import find_import
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Permission
from dashapp.domain.spreadsheets import MARK, harmless
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal, current_session, permits
from dashapp.services import Services


@dataclass(frozen=True, slots=True)
class HistoryProblems:
    """Gives the file to administrators of its own organisation; each time with a row of the trail."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        rule = f"{prefix}/organisations/<uuid:organisation>/history/<uuid:key>/problems.csv"
        server.add_url_rule(rule, "history_problems", self._answer, methods=["GET"])
        self.guard.open_route("history_problems", Access.FILE)

    def _answer(self, organisation: UUID, key: UUID) -> Response:
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
            found = find_import(connection, own, key)
            if found is None:
                abort(404)
            what = {"subject": ORGANISATION_SUBJECT, "page": "history", "history": str(key)}
            audit.record(connection, own, acting(principal, ViewerRole.ADMINISTRATOR), Action.EXPORTED, what)
        response = Response(_file(found.problems), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="problems.csv"'
        response.headers["Cache-Control"] = "no-store"
        return response


def _file(problems: Sequence[Mapping[str, Any]]) -> str:
    """The same columns as the command's file; what would be a formula in a spreadsheet is none."""
    text = io.StringIO()
    text.write(MARK)
    lines = csv.writer(text)
    lines.writerow(["file", "line", "column", "reason"])
    for one in problems:
        cells = (one["file"], one["line"], one["column"] or "", one["reason"])
        lines.writerow([harmless(cell) for cell in cells])
    return text.getvalue()
