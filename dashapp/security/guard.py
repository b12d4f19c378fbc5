"""Stands before every route and every callback of one app: what is not opened here by name is refused.

It is registered on Flask before Dash is, since Dash's own first-request hook already renders layouts. A callback is
opened by `register_callback` only, with the permission that it demands. Everything in a callback's request can be
forged, so a request whose ids differ from the registered ones in any way is refused before Dash reads it; values are
parsed by the handlers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, g, redirect, request
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.errors import NotPermitted, Unavailable
from dashapp.domain.person_settings import NOTHING_CHOSEN, PersonSettings
from dashapp.domain.principal import Permission, Principal
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.accounts import SignedIn
from dashapp.security.devices import device_of, network_of
from dashapp.security.doors import Door
from dashapp.security.frames import TENANT, frame_by
from dashapp.security.json_body import json_body
from dashapp.security.passwords import storable
from dashapp.security.reach import Reach
from dashapp.security.sessions import BY_COOKIE, COOKIE, Manner, Session, Sessions, named_cookie
from dashapp.words import _

LONGEST_BODY: Final = 262_144
"""Bytes of a callback's request: ours carry controls and addresses, never data."""

PATHNAME: Final = ("_pages_location", "pathname")
"""Where Dash's router reads which page it is."""
SEARCH: Final = ("_pages_location", "search")
"""Where it reads what the address asks of that page."""

FindPrincipal = Callable[[Session], Principal | None]


class Access(StrEnum):
    """How a route is open. A route without one is closed."""

    PROBE = "probe"
    """Holds no data, and is asked by machines, by whatever name."""
    PUBLIC = "public"
    """Holds no data, or checks for itself."""
    SHELL = "shell"
    """The empty page: whoever is not signed in is led to the sign-in."""
    FILE = "file"
    """A download or an image: for who is signed in, or has a ticket for it. A stranger hears that there is none."""
    SENT = "sent"
    """What a page's script sends besides callbacks: for who is signed in, from a page of this service. A session
    that was opened for one page is a stranger's. A stranger hears so, that the page can say it."""
    CALLBACK = "callback"
    """Dash's one address for all callbacks: decided by the callback."""


def permits(principal: Principal, permission: Permission) -> bool:
    """Whether the principal may ask at all; what of it they may see is decided by the scope of the query."""
    match permission:
        case Permission.CLASSROOM_PAGE | Permission.REPORTS_PAGE:
            return principal.administers or bool(principal.teaches_in)
        case (
            Permission.INSTITUTION_PAGE
            | Permission.DEAD_LETTERS_PAGE
            | Permission.AUDIT_PAGE
            | Permission.PLATFORMS_PAGE
            | Permission.ADMINISTRATION_PAGE
        ):
            return principal.administers
        case Permission.GUARDIANS_PAGE:
            return principal.administers
        case Permission.CASELOAD_PAGE:
            return bool(principal.advises or principal.guards)
        case Permission.OWN_GUARDIANS_PAGE:
            return bool(principal.learns_in)
        case Permission.SIGNED_IN | Permission.OWN_PAGE | Permission.LEARNER_PAGE:
            return True


def current_principal() -> Principal:
    """Who asks now. Raises NotPermitted outside of a request of a signed-in person."""
    principal = g.get("principal")
    if not isinstance(principal, Principal):
        raise NotPermitted("You are not signed in.")
    return principal


def current_session() -> Session:
    """The session of the running request. Raises NotPermitted outside of a request of a signed-in person."""
    session = g.get("session")
    if not isinstance(session, Session):
        raise NotPermitted("You are not signed in.")
    return session


def stands_alone() -> bool:
    """Whether the session of the running request was opened for one page, which nothing is to lead away from."""
    session = g.get("session")
    return isinstance(session, Session) and session.page is not None


def reaches_file(session: Session, path: str, prefix: str) -> bool:
    """Whether a file's path is within what a session opens. `prefix`: the path of the public address."""
    if session.page is None:
        return True
    reach = Reach.of(session.page)
    return reach is not None and reach.has_file(path, prefix)


@dataclass(slots=True)
class Guard:
    """The guard of one app. `install` it on Flask first, then open routes and callbacks."""

    sessions: Sessions
    find_principal: FindPrincipal
    public_url: str
    sign_in_path: str | None
    """Where a stranger is led; None where nobody can sign in yet."""
    any_name: bool = True
    """Whether pages answer by every name of the host. Where people sign in without a password, a name that is not the
    service's may be another page's, which has it lead here to become of one origin with ours (DNS rebinding)."""
    frame_origins: Callable[[str | None], Sequence[str]] = lambda _organisation: ()
    """Which other origins may frame the empty page of the organisation that its address names."""
    take_ticket: Callable[[str, str], Session | None] = lambda _text, _path: None
    """Uses a ticket up for a path: the session on whose behalf it was given."""
    routes: dict[str, Access] = field(default_factory=dict)
    """By the name of the endpoint."""
    doors: dict[str, Door] = field(default_factory=dict)
    """By Dash's name of the callback's output."""
    router: str = ""
    """Dash's name of the callback that gives out the page of a pathname."""
    page_permission: Callable[[str], Permission | None] = lambda _path: None
    """What the page of a pathname demands; None where there is none."""
    closed_page: str = "/not-found"
    """The pathname of the page that stands for every one that is not there, or not the reader's."""

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers are to send cookies over https only, and to take them from this very host only."""
        return self.public_url.startswith("https:")

    def cookie(self, name: str) -> str:
        """The name under which the browser keeps a cookie."""
        return named_cookie(name, self.public_url)

    def cookie_path(self, path: str = "") -> str:
        """The path of a cookie that is for `path` below the public address; browsers want `/` for a host's own."""
        return "/" if self.secure_cookies else f"{urlsplit(self.public_url).path}{path}" or "/"

    def presented(self, asked: Request | None = None) -> tuple[str | None, Carrier]:
        """The text by which a request (by default the running one) says whose it is. A bearer goes before a cookie: the
        frame that sends it may belong to somebody else than the browser's own sign-in. Of two cookies one has been
        planted: neither is believed."""
        asked = asked or request
        scheme, _space, text = asked.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return text.strip(), Carrier.BEARER
        sent = asked.cookies.getlist(self.cookie(COOKIE))
        return sent[0] if len(sent) == 1 else None, Carrier.COOKIE

    def install(self, server: Flask) -> None:
        """Has this guard asked before anything else of the server runs."""
        server.before_request(self._check)

    def open_route(self, endpoint: str, access: Access) -> None:
        """Opens a route by the name of its endpoint."""
        self.routes[endpoint] = access

    def open_callback(self, output: str, door: Door) -> None:
        """Opens a callback by Dash's name of its output."""
        self.doors[output] = door

    def identify(self, *, alone: bool = False) -> Principal | None:
        """Who sends the running request; None for a stranger, and for somebody who has no role any more.

        A session that was opened for one page is a stranger's too, unless `alone`: whoever says so asks its `Reach`.
        """
        text, carrier = self.presented()
        session = self.sessions.read(text)
        # A text that was given to a script is none in a cookie, where another site could make the browser send it.
        known = session is not None and session.carrier is carrier and (alone or session.page is None)
        g.session = session if known else None
        g.principal = self.find_principal(g.session) if g.session is not None else None
        return g.principal  # type: ignore[no-any-return]  # flask's g holds anything

    def settings_of(self, asked: Request) -> PersonSettings:
        """What the reader of a request has chosen for themself, before it is known what the request may: it opens
        nothing. Nothing is known of a stranger, of who looks at a page that was opened alone, and while the database is
        away."""
        text, carrier = self.presented(asked)
        try:
            session = self.sessions.read(text)
            if session is None or session.carrier is not carrier or session.page is not None:
                return NOTHING_CHOSEN
            principal = self.find_principal(session)
        except Unavailable:
            return NOTHING_CHOSEN
        return NOTHING_CHOSEN if principal is None else principal.settings

    def begin(self, response: BaseResponse, who: SignedIn, method: SignInMethod, manner: Manner = BY_COOKIE) -> None:
        """Signs somebody in who has just proved who they are; what the browser held before ends.

        Raises NotFound where there is no such person, NotBelieved where their voucher is not believed any more.
        """
        device, origin = device_of(request.headers.get("User-Agent")), network_of(request.remote_addr)
        manner = replace(manner, device=device, origin=origin)
        text = self.sessions.issue(who.organisation_id, who.person, method, manner)
        self._end_presented()
        self.set_cookie(response, text)

    def finish(self, response: BaseResponse) -> None:
        """Signs out whoever sends the running request."""
        self._end_presented()
        self.set_cookie(response, "")

    def _end_presented(self) -> None:
        text, carrier = self.presented()
        session = self.sessions.read(text)
        if session is not None and session.carrier is carrier:
            actor = Actor(str(session.person), ViewerRole.SELF, network_of(request.remote_addr), session.method.value)
            self.sessions.end(session.organisation_id, SessionChoice(digest=session.digest), Ender(actor))

    def set_cookie(self, response: BaseResponse, text: str) -> None:
        """Gives the browser the session; an empty text takes it away."""
        name, path, secure = self.cookie(COOKIE), self.cookie_path(), self.secure_cookies
        if text:
            response.set_cookie(name, text, path=path, secure=secure, httponly=True, samesite="Lax")
        else:
            response.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="Lax")

    def same_origin(self) -> bool:
        """Whether the request comes from a page of this service; browsers name the origin of every POST."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        own = urlsplit(self.public_url)
        here = f"{own.scheme}://{request.host}"
        return origin == f"{own.scheme}://{own.netloc}" or (origin == here and self.is_own_name())

    def is_own_name(self) -> bool:
        """Whether the request names the service as its address does, by a name of this machine, or by a number."""
        try:
            name = urlsplit(f"//{request.host}").hostname or ""
            if name in (urlsplit(self.public_url).hostname, "localhost") or name.endswith(".localhost"):
                return True
            return bool(ip_address(name))
        except ValueError:
            return False

    def _check(self) -> BaseResponse | None:
        access = self.routes.get(request.endpoint or "")
        if request.endpoint is None:
            return None  # Flask's own answer: 404, or 405 for another method
        if access is not Access.PROBE and not (self.any_name or self.is_own_name()):
            words = _("This service is known by another name. Open it at {address}, or set PUBLIC_URL to this one.")
            return Response(words.format(address=self.public_url), status=421, mimetype="text/plain")
        match access:
            case Access.PROBE | Access.PUBLIC:
                return None
            case Access.SHELL:
                return self._check_shell()
            case Access.FILE:
                return None if self._may_have_file() else abort(404)
            case Access.SENT:
                return self._check_sent()
            case Access.CALLBACK:
                return self._check_callback()
            case None:
                return abort(404)

    def _may_have_file(self) -> bool:
        """Whether the request comes from somebody for whom this file may be; a page opened alone has its own only."""
        if not (self.identify(alone=True) or self._take_ticket()):
            return False
        return reaches_file(current_session(), request.path, urlsplit(self.public_url).path)

    def _take_ticket(self) -> Principal | None:
        """Who has a ticket for this very address, which stands at its end."""
        address, found, _rest = request.full_path.rpartition("ticket=")
        text = request.args.get("ticket", "")
        g.session = self.take_ticket(text, address.rstrip("?&")) if found and text else None
        g.principal = self.find_principal(g.session) if g.session is not None else None
        return g.principal  # type: ignore[no-any-return]  # flask's g holds anything

    def _check_shell(self) -> BaseResponse | None:
        if f"{request.path}/".startswith(f"{urlsplit(self.public_url).path}/embed/"):
            # Whose it is, is known only when its scripts ask: where cookies are blocked, nothing comes with this.
            frame_by(self.frame_origins(request.args.get(TENANT)))
            return None
        return None if self.identify() else self._to_sign_in()

    def _to_sign_in(self) -> BaseResponse:
        if self.sign_in_path is None:
            words = "This service has no sign-in yet."
            return Response(words, status=401, mimetype="text/plain")
        prefix = urlsplit(self.public_url).path
        return redirect(f"{prefix}{self.sign_in_path}?next={quote(request.full_path.rstrip('?'))}", code=302)

    def _check_sent(self) -> BaseResponse | None:
        if self.presented()[1] is Carrier.COOKIE and not self.same_origin():
            return _refusal(403)
        return None if self.identify() else _refusal(401)

    def _check_callback(self) -> BaseResponse | None:
        # Another site can make the browser send a cookie, but no header of ours.
        if self.presented()[1] is Carrier.COOKIE and not self.same_origin():
            return _refusal(403)
        if request.content_length is None:
            return _refusal(411)
        if request.content_length > LONGEST_BODY:
            return _refusal(413)
        body = json_body()
        if not isinstance(body, dict) or not isinstance(body.get("output"), str):
            return _refusal(400)
        principal = self.identify(alone=True)
        if principal is None:
            return _refusal(401)
        door = self.doors.get(body["output"])
        if door is None:
            return _refusal(403)
        if not door.fits(body):
            return _refusal(400)
        if not self._within_reach(door, body):
            return _refusal(403)
        try:
            body.update({name: _storable(body[name]) for name in ("inputs", "state") if name in body})
        except RecursionError:
            return _refusal(400)
        if body["output"] == self.router:
            self._close_page(body, principal)
        return None

    def _close_page(self, body: Mapping[str, Any], principal: Principal) -> None:
        """Has the router give out the page for an unknown address, unless the reader may open the one it is asked for.

        Dash reads the same parsed body after us. Its layouts hold no data; this is so that a page without a permission
        cannot be there.
        """
        for given in body["inputs"]:
            if (given["id"], given["property"]) == PATHNAME:
                path = given.get("value")
                demanded = self.page_permission(path) if isinstance(path, str) else None
                if demanded is None or not permits(principal, demanded):
                    given["value"] = self.closed_page
            elif (given["id"], given["property"]) == SEARCH and not isinstance(given.get("value"), str):
                given["value"] = ""

    def _within_reach(self, door: Door, body: Mapping[str, Any]) -> bool:
        """Whether a session that was opened for one page stays on it."""
        page = current_session().page
        if page is None:
            return True
        reach = Reach.of(page)
        return reach is not None and reach.permits(door, body, urlsplit(self.public_url).path)


def _storable(value: Any) -> Any:
    """A value whose texts the database can take, whatever was sent; Dash reads the same parsed body after us."""
    match value:
        case str():
            return storable(value)
        case list():
            return [_storable(one) for one in value]
        case dict():
            return {name: _storable(one) for name, one in value.items()}
        case _:
            return value


def _refusal(status: int) -> Response:
    return Response("", status=status)
