"""Files that an administrator sends from the browser: `PUT /organisations/<id>/uploads?purpose=…`, one at a time.

`POST` to the same address asks beforehand whether it would be taken, so that nobody sends gigabytes in vain.
"""

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from dashapp.api.own_organisation import own_organisation
from dashapp.api.receiving import EXPECT, RECEIVED, Destination, ReceivedFile
from dashapp.data.database import DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.uploads import add_upload
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.uploads import KEPT, Purpose, Upload, plain_name
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal
from dashapp.security.json_body import json_body
from dashapp.services import Services

NAME: str = "X-File-Name"
"""The header with the file's name, in the percent-encoding of addresses."""


@dataclass(frozen=True, slots=True)
class UploadRoute:
    """Takes files of administrators of their own organisation, each with a row of the trail."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        rule = f"{prefix}/organisations/<uuid:organisation>/uploads"
        server.add_url_rule(rule, "upload", self._answer, methods=["POST", "PUT"])
        self.guard.open_route("upload", Access.SENT)

    def _answer(self, organisation: UUID) -> Response:
        own_organisation(self.services, organisation)
        purpose = next((each for each in Purpose if each.value == request.args.get("purpose")), None)
        if purpose is None:
            _refuse(400)
        if request.method == "POST":
            asked = json_body()
            size = asked.get("bytes") if isinstance(asked, dict) else None
            self._check_size(size if isinstance(size, int) else None)
            return Response(status=204)
        received = request.environ.get(RECEIVED)
        if isinstance(received, ReceivedFile):
            return self._keep(organisation, received, purpose)
        return self._expect(organisation)

    def _check_size(self, size: int | None) -> int:
        """A size that can be taken now; any other is refused."""
        limit = self.services.settings.upload_max_bytes
        if size is None or size < 1:
            _refuse(411)
        if size > limit:
            _refuse(413, limit=limit)
        try:
            if not self._folder.has_room(size):
                _refuse(507)
        except OSError:
            _refuse(507)
        return size

    def _expect(self, organisation: UUID) -> Response:
        """Says where the file goes, of which nothing has been read."""
        size = self._check_size(request.content_length)
        expect = request.environ.get(EXPECT)
        if expect is None:
            abort(501)  # a server that does not write files by itself
        try:
            self._folder.make(organisation)
        except OSError:
            _refuse(507)
        expect(Destination(self._folder.coming(organisation, uuid4()), size))
        return Response(status=202)

    def _keep(self, organisation: UUID, received: ReceivedFile, purpose: Purpose) -> Response:
        """Says that the file is there, and gives it its name."""
        principal, now = current_principal(), self.services.clock()
        name = plain_name(unquote(request.headers.get(NAME, "")))
        key = UUID(received.path.stem)
        sender = str(principal.public_id)
        upload = Upload(key, name, received.size, received.sha256, purpose, sender, now, now + KEPT)
        what = {"subject": ORGANISATION_SUBJECT, "upload": str(key), "bytes": upload.bytes, "sha256": upload.sha256}
        path, own = self._folder.file(organisation, key), principal.organisation_id
        with self.services.database.transaction(DatabaseRole.JOBS, own) as connection:
            add_upload(connection, own, upload)
            actor = acting(principal, ViewerRole.ADMINISTRATOR)
            audit.record(connection, own, actor, Action.FILE_SENT, {**what, "purpose": purpose.value})
            # A file without its row goes by itself; a row without its file would say something that is not so.
            received.path.rename(path)
        return jsonify({"key": str(key), "name": name, "bytes": upload.bytes})

    @property
    def _folder(self) -> UploadFolder:
        return UploadFolder.below(self.services.settings.data_dir)


def _refuse(status: int, **why: object) -> NoReturn:
    """The answer to a page's script, which has the words for it."""
    response = jsonify(why)
    response.status_code = status
    raise HTTPException(response=response)
