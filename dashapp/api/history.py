"""Records that an import of history could not take, as CSV: `GET /organisations/<id>/history/<import>/problems.csv`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort

from dashapp.api.own_organisation import own_organisation
from dashapp.api.sending import send_rows
from dashapp.data.database import DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.history_imports import find_import
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal
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
        own, principal = own_organisation(self.services, organisation), current_principal()
        with self.services.database.transaction(DatabaseRole.JOBS, own) as connection:
            found = find_import(connection, own, key)
            if found is None:
                abort(404)
            what = {"subject": ORGANISATION_SUBJECT, "page": "history", "history": str(key)}
            audit.record(connection, own, acting(principal, ViewerRole.ADMINISTRATOR), Action.EXPORTED, what)
        return send_rows(_rows(found.problems), "problems.csv")


def _rows(problems: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[object]]:
    """The same columns as the command's file."""
    yield ("file", "line", "column", "reason")
    for one in problems:
        yield (one["file"], one["line"], one["column"] or "", one["reason"])
