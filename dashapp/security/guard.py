"""Stands before every route and every callback of one app: what is not opened here by name is refused.

It is registered on Flask before Dash is, since Dash's own first-request hook already renders layouts. A callback is
opened by `register_callback` only, with the permission that it demands. Everything in a callback's request can be
forged, so a request whose ids differ from the registered ones in any way is refused before Dash reads it; values are
parsed by the handlers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urlsplit

from flask import Flask, Response, abort, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.domain.errors import NotPermitted
from dashapp.domain.principal import Permission, Principal
from dashapp.security.sessions import COOKIE, Session, Sessions

LONGEST_BODY: Final = 262_144
"""Bytes of a callback's request: ours carry controls and addresses, never data."""

FindPrincipal = Callable[[Session], Principal | None]


class Access(StrEnum):
    """How a route is open. A route without one is closed."""

    PUBLIC = "public"
    """Holds no data, or checks for itself."""
    SHELL = "shell"
    """The empty page: whoever is not signed in is led to the sign-in."""
    CALLBACK = "callback"
    """Dash's one address for all callbacks: decided by the callback."""


@dataclass(frozen=True, slots=True)
class Place:
    """A property of a component, or of all components whose ids fit a pattern."""

    id: str | Mapping[str, object]
    property: str

    def fits(self, given: object) -> bool:
        """Whether a request names this place: one component, or for a pattern a list of those it fits."""
        if isinstance(self.id, str):
            return isinstance(given, Mapping) and (given.get("id"), given.get("property")) == (self.id, self.property)
        return isinstance(given, list) and all(self._fits_pattern(one) for one in given)

    def _fits_pattern(self, given: object) -> bool:
        if not isinstance(given, Mapping) or given.get("property") != self.property:
            return False
        named = given.get("id")
        if isinstance(self.id, str) or not isinstance(named, Mapping) or named.keys() != self.id.keys():
            return False
        return all(
            isinstance(named[key], str | int) if isinstance(wanted, list) else named[key] == wanted
            for key, wanted in self.id.items()
        )


@dataclass(frozen=True, slots=True)
class Door:
    """One callback as it was registered: what it demands, and the exact places that its request must name.

    In a pattern id a list, such as `["ALL"]`, stands for a wildcard.
    """

    permission: Permission
    inputs: tuple[Place, ...]
    state: tuple[Place, ...]
    outputs: tuple[Place, ...]


def permits(principal: Principal, permission: Permission) -> bool:
    """Whether the principal may ask at all; what of it they may see is decided by the scope of the query."""
    match permission:
        case Permission.CLASSROOM_PAGE:
            return principal.administers or bool(principal.teaches_in)
        case Permission.INSTITUTION_PAGE | Permission.DEAD_LETTERS_PAGE:
            return principal.administers
        case Permission.SIGNED_IN | Permission.OWN_PAGE | Permission.LEARNER_PAGE:
            return True


def current_principal() -> Principal:
    """Who asks now. Raises NotPermitted outside of a request of a signed-in person."""
    principal = g.get("principal")
    if not isinstance(principal, Principal):
        raise NotPermitted("You are not signed in.")
    return principal


@dataclass(slots=True)
class Guard:
    """The guard of one app. `install` it on Flask first, then open routes and callbacks."""

    sessions: Sessions
    find_principal: FindPrincipal
    public_url: str
    sign_in_path: str | None
    """Where a stranger is led; None where nobody can sign in yet."""
    secure_cookies: bool = True
    routes: dict[str, Access] = field(default_factory=dict)
    """By the name of the endpoint."""
    doors: dict[str, Door] = field(default_factory=dict)
    """By Dash's name of the callback's output."""

    def install(self, server: Flask) -> None:
        """Has this guard asked before anything else of the server runs."""
        server.before_request(self._check)
        server.after_request(self._renew)

    def open_route(self, endpoint: str, access: Access) -> None:
        """Opens a route by the name of its endpoint."""
        self.routes[endpoint] = access

    def open_callback(self, output: str, door: Door) -> None:
        """Opens a callback by Dash's name of its output."""
        self.doors[output] = door

    def identify(self) -> Principal | None:
        """Who sends the running request; None for a stranger, and for somebody who has no role any more."""
        session = self.sessions.read(request.cookies.get(COOKIE))
        g.session = session
        g.principal = self.find_principal(session) if session else None
        return g.principal  # type: ignore[no-any-return]  # flask's g holds anything

    def set_cookie(self, response: BaseResponse, text: str) -> None:
        """Gives the browser the session; an empty text takes it away."""
        path = urlsplit(self.public_url).path or "/"
        manners = {"httponly": True, "samesite": "Lax", "secure": self.secure_cookies, "path": path}
        if text:
            response.set_cookie(COOKIE, text, **manners)  # type: ignore[arg-type]  # one dict for several types
        else:
            response.delete_cookie(COOKIE, path=path)

    def same_origin(self) -> bool:
        """Whether the request comes from a page of this service; browsers name the origin of every POST."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        own = urlsplit(self.public_url)
        try:
            return origin == f"{own.scheme}://{own.netloc}" or urlsplit(origin).netloc == request.host
        except ValueError:
            return False  # it is no address

    def _check(self) -> BaseResponse | None:
        access = self.routes.get(request.endpoint or "")
        if request.endpoint is None:
            return None  # Flask's own answer: 404, or 405 for another method
        match access:
            case Access.PUBLIC:
                return None
            case Access.SHELL:
                return None if self.identify() else self._to_sign_in()
            case Access.CALLBACK:
                return self._check_callback()
            case None:
                return abort(404)

    def _to_sign_in(self) -> BaseResponse:
        if self.sign_in_path is None:
            words = "This service has no sign-in yet."
            return Response(words, status=401, mimetype="text/plain")
        prefix = urlsplit(self.public_url).path
        return redirect(f"{prefix}{self.sign_in_path}?next={quote(request.full_path.rstrip('?'))}", code=302)

    def _check_callback(self) -> BaseResponse | None:
        if not self.same_origin():
            return _refusal(403)
        if request.content_length is None:
            return _refusal(411)
        if request.content_length > LONGEST_BODY:
            return _refusal(413)
        try:
            body = request.get_json(silent=True)
        except RecursionError:
            return _refusal(400)  # nested far deeper than anything of ours
        if not isinstance(body, dict) or not isinstance(body.get("output"), str):
            return _refusal(400)
        principal = self.identify()
        if principal is None:
            return _refusal(401)
        door = self.doors.get(body["output"])
        if door is None:
            return _refusal(403)
        return None if _fits(body, door) else _refusal(400)

    def _renew(self, response: Response) -> Response:
        session = g.get("session")
        text = self.sessions.renewed(session) if session and response.status_code < 400 else None
        # Somebody who signs in or out with this response has a newer cookie in it already.
        if text and not any(name == "Set-Cookie" for name, _value in response.headers):
            self.set_cookie(response, text)
        return response


def _refusal(status: int) -> Response:
    return Response("", status=status)


def _targets_fit(places: Sequence[Place], given: object) -> bool:
    """Whether the request names the outputs; a pattern without a single component would have nothing to fill."""
    listed = given if isinstance(given, list) else [given]
    return _all_fit(places, given) and [] not in listed


def _all_fit(places: Sequence[Place], given: object) -> bool:
    listed: Sequence[Any] = given if isinstance(given, list) else [given]
    return len(listed) == len(places) and all(place.fits(one) for place, one in zip(places, listed, strict=True))


def _fits(body: Mapping[str, Any], door: Door) -> bool:
    changed = body.get("changedPropIds", [])
    return (
        _all_fit(door.inputs, body.get("inputs", []))
        and _all_fit(door.state, body.get("state", []))
        and _targets_fit(door.outputs, body.get("outputs", []))
        and isinstance(changed, list)
        and all(isinstance(name, str) for name in changed)
    )
