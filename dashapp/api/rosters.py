"""All findings of a check of a roster as CSV: `GET /organisations/<id>/rosters/<run>/findings.csv`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort

from dashapp.api.own_organisation import own_organisation
from dashapp.api.sending import send_rows
from dashapp.data.database import DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.rosters.runs import find_run, read_rows
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.roster_checks import Reason
from dashapp.domain.roster_runs import RowPart, RunRow
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal
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
        own, principal = own_organisation(self.services, organisation), current_principal()
        with self.services.database.transaction(DatabaseRole.JOBS, own) as connection:
            found = find_run(connection, own, run)
            if found is None:
                abort(404)
            _total, rows = read_rows(connection, own, found.run_id, RowPart.FINDING, ("", 0, _ALL))
            what = {"subject": ORGANISATION_SUBJECT, "page": "rosters", "run": str(run)}
            audit.record(connection, own, acting(principal, ViewerRole.ADMINISTRATOR), Action.EXPORTED, what)
        return send_rows(_rows(rows), "findings.csv")


def _rows(found: Sequence[RunRow]) -> Iterator[Sequence[object]]:
    """The same columns as the command's report."""
    yield ("file", "line", "column", "reason", "words", "value", "stops")
    for row in found:
        said, stops = reason_word(Reason(row.kind)), "yes" if row.thing == "error" else "no"
        yield (row.name, row.line or "", row.column, row.kind, said, row.value, stops)
