"""One-use tickets of 60 s, for what a page in a frame asks without a header: a new tab, a download, an image.

A ticket is good for one path, once, while the session that asked for it lasts. It may stand in an address, which a
proxy may log: by then it has been used up.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.session_tickets import NewTicket, TakenTicket, add_ticket, take_ticket
from dashapp.data.store.sessions import NotBelieved
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.domain.sessions import Carrier
from dashapp.security.accounts import SignedIn
from dashapp.security.guard import Access, Guard, current_session, reaches_file
from dashapp.security.json_body import json_body
from dashapp.security.rates import Rates
from dashapp.security.sessions import Manner, Session
from dashapp.security.sign_in import local_path
from dashapp.security.signing import Signer

LIFETIME: Final = timedelta(seconds=60)
LONGEST_PATH: Final = 1000
LONGEST_TICKET: Final = 200


@dataclass(slots=True)
class Tickets:
    """Gives out tickets and takes them."""

    secret_keys: Sequence[str]
    clock: Clock
    database: Database
    _signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        """Needs nothing but the keys."""
        self._signer = Signer(self.secret_keys, "ticket")

    def give(self, session: Session, path: str) -> str:
        """A ticket for one request of a path (with its query) on behalf of a session."""
        organisation = session.organisation_id
        text = self._signer.sign(f"{organisation}.{secrets.token_urlsafe(24)}")
        new = NewTicket(organisation, _digest(text), session.digest, path, self.clock() + LIFETIME)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            add_ticket(connection, new)
        return text

    def take(self, text: str, path: str) -> tuple[OrganisationId, TakenTicket] | None:
        """Uses a ticket up for a path. None where it is not good for it, or not any more."""
        signed = self._signer.verify(text) if len(text) <= LONGEST_TICKET else None
        named = (signed or "").partition(".")[0]
        if not named.isdigit():
            return None
        organisation = OrganisationId(int(named))
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            taken = take_ticket(connection, organisation, _digest(text), path, self.clock())
        return (organisation, taken) if taken is not None else None

    def session_of(self, text: str, path: str) -> Session | None:
        """Uses a ticket up for a path: the session on whose behalf it was given."""
        found = self.take(text, path)
        if found is None:
            return None
        organisation, taken = found
        return Session(organisation, taken.person, taken.carrier, taken.session.digest, taken.method, taken.page)


@dataclass(frozen=True, slots=True)
class TicketRoutes:
    """`POST /tickets` gives a ticket to a page; `POST /tab` takes it in a new tab, which then has a session of its own,
    as long as the one from which it was opened.

    The new tab posts the ticket, so it stands in no address at all. The browser says that the form came from a page of
    this service: nobody can sign somebody else's browser in by a ticket of their own.
    """

    guard: Guard
    tickets: Tickets
    rates: Rates

    def install(self, server: Flask) -> None:
        """Adds the routes below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        server.add_url_rule(f"{prefix}/tickets", "give_ticket", self.rates.of_starts(self._give), methods=["POST"])
        server.add_url_rule(f"{prefix}/tab", "open_tab", self.rates.of_starts(self._open_tab), methods=["POST"])
        self.guard.take_ticket = self.tickets.session_of
        for endpoint in ("give_ticket", "open_tab"):
            self.guard.open_route(endpoint, Access.PUBLIC)

    def _give(self) -> BaseResponse:
        if self.guard.identify(alone=True) is None:
            return Response(status=401)
        if current_session().carrier is Carrier.COOKIE:
            # Its tabs have the cookie already; by a ticket it would only get a session that lasts longer.
            return Response(status=403)
        asked = json_body()
        path = asked.get("path") if isinstance(asked, dict) else None
        if not isinstance(path, str) or len(path) > LONGEST_PATH or local_path(path, self._prefix()) != path:
            return Response(status=400)
        session = current_session()
        if not reaches_file(session, path, self._prefix()):
            return Response(status=403)  # it was opened for one page in a frame, and leads nowhere else
        return jsonify({"ticket": self.tickets.give(session, path)})

    def _open_tab(self) -> BaseResponse:
        path = request.form.get("path", "")
        if not self.guard.same_origin() or request.headers.get("Origin") is None:
            return Response(status=403)
        found = self.tickets.take(request.form.get("ticket", ""), path)
        if found is None:
            return redirect(f"{self._prefix()}/", code=303)
        organisation, taken = found
        if taken.page is not None:
            return Response(status=403)
        response = redirect(path, code=303)
        manner = Manner(voucher=taken.voucher, parent=taken.session)
        try:
            self.guard.begin(response, SignedIn(organisation, taken.person), taken.method, manner)
        except NotBelieved:
            return redirect(f"{self._prefix()}/", code=303)
        return response

    def _prefix(self) -> str:
        return urlsplit(self.guard.public_url).path


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
