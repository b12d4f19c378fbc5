"""The files of copies that were delivered: for the recipient who is signed in, and by the signed link of a mail."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, request

from dashapp.api.sending import send_bytes, send_file_from
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.schedules import find_received
from dashapp.data.received_files import ReceivedFiles
from dashapp.data.store import audit
from dashapp.data.store.withdrawing import is_withdrawn
from dashapp.domain.audit import UNKNOWN_ACTOR, Action, Actor, ViewerRole, person_subject
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.principal import Permission, Principal
from dashapp.domain.schedules.runs import Part, Way
from dashapp.security.acting import acting
from dashapp.security.devices import network_of
from dashapp.security.guard import Access, Guard, current_principal, permits, stands_alone
from dashapp.security.received import PATH, ReceivedFile, ReceivedLinks
from dashapp.security.short_pages import asks_for_page, words_page
from dashapp.services import Services
from dashapp.words import _

_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class ReceivedFileRoutes:
    """Gives files out, each time with a row of the trail; whoever may not have one hears that it is not there."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the routes below the path of the public address."""
        above = f"{urlsplit(self.guard.public_url).path}{PATH}"
        server.add_url_rule(f"{above}/<uuid:delivery>/<place>", "received_file", self._own, methods=["GET"])
        self.guard.open_route("received_file", Access.FILE)
        server.add_url_rule(f"{above}/<link>", "received_by_link", self._by_link, methods=["GET"])
        self.guard.open_route("received_by_link", Access.PUBLIC)

    def _own(self, delivery: UUID, place: str) -> Response:
        principal = current_principal()
        if stands_alone() or not permits(principal, Permission.REPORTS_PAGE) or not _NUMBER.fullmatch(place):
            abort(404)
        role = ViewerRole.ADMINISTRATOR if principal.administers else ViewerRole.STAFF
        return self._send(
            ReceivedFile(principal.organisation_id, delivery, int(place)), acting(principal, role), principal
        )

    def _by_link(self, link: str) -> Response:
        settings = self.services.settings
        links = ReceivedLinks.of(tuple(settings.secret_keys), settings.public_url, self.services.clock)
        file = links.read(link)
        if file is None:
            abort(404)
        return self._send(file, Actor(UNKNOWN_ACTOR, None, network_of(request.remote_addr), "link"), None)

    def _send(self, file: ReceivedFile, actor: Actor, principal: Principal | None) -> Response:
        try:
            home = own_address(self.services.database, file.organisation)
        except NotFound:
            abort(404)
        with self.services.database.transaction(DatabaseRole.JOBS, file.organisation) as connection:
            found = find_received(connection, file.organisation, file.delivery, self.services.clock())
            if found is None and principal is None and is_withdrawn(connection, file.organisation, file.delivery):
                return self._withdrawn()
            if found is None or not 0 <= file.place < len(found.files) or not _is_for(principal, found):
                abort(404)
            what = {"subject": person_subject(PersonId(found.person_id)), "copy": str(file.delivery)}
            audit.record(connection, OrganisationId(file.organisation), actor, Action.SCHEDULE_TAKEN, what)
        wanted = found.files[file.place]
        folder = ReceivedFiles.below(self.services.settings.data_dir).copy(
            home, UUID(str(found.run_public_id)), found.copied_as
        )
        try:
            name = _ODD.sub("-", wanted["name"])
            if wanted["part"] == Part.BODY:
                return send_bytes(_with_pictures(folder, found.files, wanted["name"]), name, wanted["kind"])
            return send_file_from(folder / wanted["name"], name, wanted["kind"], wanted["sha256"])
        except OSError:
            abort(404)

    def _withdrawn(self) -> Response:
        """To who has a link that was good once: whoever is signed in hears nothing of what is others'."""
        title, words = _("This file was withdrawn"), _("Whoever sent it has taken it back. Ask them if you need it.")
        if asks_for_page():
            return words_page(urlsplit(self.guard.public_url).path, title, words, 410)
        return Response(f"{title}. {words}", status=410, mimetype="text/plain")


def _with_pictures(folder: Path, files: Sequence[Mapping[str, Any]], name: str) -> bytes:
    """The body of a mail as a page by itself: its pictures, which the mail would bring along, stand in it. Raises
    OSError."""
    page = (folder / name).read_bytes()
    for one in files:
        if one["part"] == Part.INLINE:
            inside = b64encode((folder / one["name"]).read_bytes())
            page = page.replace(
                f'"cid:{one["name"]}"'.encode(), b'"data:%s;base64,%s"' % (one["kind"].encode(), inside)
            )
    return page


def _is_for(principal: Principal | None, found: Any) -> bool:
    """Whether a file is for who is signed in; whoever has a link is let in by it. Of a copy for somebody without an
    account administrators see what they approve."""
    if principal is None or principal.person_id == found.person_id:
        return True
    return bool(found.way == Way.OUTSIDE and principal.administers)
