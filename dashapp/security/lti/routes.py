"""The routes that platforms and their frames ask: login, launch, the binding in between, and the own keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from flask import Flask, Response, jsonify, request

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.lti.platforms import Platform, find_platform, find_shared_platform, read_platform
from dashapp.data.store.lti.tool_keys import find_organisation_by_public_id
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.lti import LaunchRefused
from dashapp.observability.logging import get_logger
from dashapp.security.frames import frame_by
from dashapp.security.guard import Access, Guard
from dashapp.security.lti.choosing import DeepLinking
from dashapp.security.lti.launching import Arrival, Launches, path_of
from dashapp.security.lti.pages import Pages, Storage
from dashapp.security.lti.places import BOUND, CHOSEN, KEYS, LAUNCH, LOGIN, Places, origin_of, origins_of
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.lti.states import LIFETIME, LoginState, States
from dashapp.security.rates import Rates
from dashapp.words import _

LONGEST_PARAMETER: Final = 4000
KEYS_KEPT: Final = 600
"""Seconds for which a platform may remember our keys; a new one is shown for longer before it signs."""
_LOGIN: Final = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id")

FindPlatform = Callable[[str, str | None], tuple[OrganisationId, int] | None]
"""(issuer, client id) → the registration."""
OpenPage = Callable[[Arrival, str], Response]
"""Signs the person in and answers with the page at a path."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LtiRoutes:
    """The routes of one app. `install` adds and opens them."""

    guard: Guard
    database: Database
    clock: Clock
    states: States
    places: Places
    pages: Pages
    launches: Launches
    deep_linking: DeepLinking
    signing_keys: SigningKeys
    open_page: OpenPage

    def install(self, server: Flask, rates: Rates) -> None:
        """Adds the routes, below the path of the public address."""
        base = self.places.path
        routes = (
            (f"{LOGIN}/<organisation>", "lti_login", self._login, ["GET", "POST"]),
            (LOGIN, "lti_shared_login", self._login_of_any, ["GET", "POST"]),
            (LAUNCH, "lti_launch", self._launch, ["POST"]),
            (BOUND, "lti_bound", self._bound, ["POST"]),
            (CHOSEN, "lti_chosen", self._chosen, ["POST"]),
            (f"{KEYS}/<organisation>", "lti_keys", self._keys, ["GET"]),
        )
        for path, endpoint, answer, methods in routes:
            server.add_url_rule(f"{base}{path}", endpoint, rates.of_launches(answer), methods=methods)
            self.guard.open_route(endpoint, Access.PUBLIC)

    # ------------------------------------------------------------------ login

    def _login(self, organisation: str) -> Response:
        """A platform of an organisation wants to be asked who is there (OpenID Connect, third-party-initiated)."""
        key = self._organisation_of(organisation)
        if key is None:
            return self._refuse("login.unknown_organisation")

        def find(issuer: str, client_id: str | None) -> tuple[OrganisationId, int] | None:
            with self.database.transaction(DatabaseRole.WEB, key) as connection:
                return find_platform(connection, key, issuer, client_id)

        return self._begin(find)

    def _login_of_any(self) -> Response:
        """The same at the address that all organisations once had."""

        def find(issuer: str, client_id: str | None) -> tuple[OrganisationId, int] | None:
            with self.database.transaction(DatabaseRole.WEB, None) as connection:
                return find_shared_platform(connection, issuer, client_id)

        return self._begin(find)

    def _begin(self, find: FindPlatform) -> Response:
        said = {name: request.values.get(name, "") for name in _LOGIN}
        target = said["target_link_uri"]
        if any(len(value) > LONGEST_PARAMETER for value in said.values()) or self.places.page_of(target) is None:
            return self._refuse("login.unreadable")
        if not said["iss"] or not said["login_hint"] or not all(map(str.isprintable, said.values())):
            return self._refuse("login.unreadable")
        found = find(said["iss"], said["client_id"] or None)
        if found is None:
            return self._refuse("login.unknown_platform")
        with self.database.transaction(DatabaseRole.WEB, found[0]) as connection:
            platform = read_platform(connection, *found)
        if platform is None:
            return self._refuse("login.unknown_platform")
        again = {name: value for name, value in said.items() if value}
        state, text, binder = self.states.begin(found, target, again, self.clock())
        self._frame(platform)
        storage = _storage(platform, request.values.get("lti_storage_target", ""))
        response = self.pages.begin(state.name, binder, self._question(platform, said, state, text), storage)
        self._keep_binder(response, state, binder)
        return response

    def _question(self, platform: Platform, said: Mapping[str, str], state: LoginState, text: str) -> str:
        """The address at the platform that says who is there."""
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": self.places.launch,
            "login_hint": said["login_hint"],
            "state": text,
            "nonce": state.nonce,
        }
        if said["lti_message_hint"]:
            asked["lti_message_hint"] = said["lti_message_hint"]
        joint = "&" if urlsplit(platform.authorization_url).query else "?"
        return f"{platform.authorization_url}{joint}{urlencode(asked)}"

    def _cookie(self, state: LoginState) -> str:
        # The prefix binds the cookie to this host and to https, so that no sibling of the host can plant one.
        return f"{'__Host-' if self._is_secure() else ''}la_lti_{state.name}"

    def _is_secure(self) -> bool:
        return self.places.public_url.startswith("https:")

    def _keep_binder(self, response: Response, state: LoginState, binder: str) -> None:
        """A cookie of this frame below this platform only. Over http, in development, browsers refuse such a cookie
        inside of another site, so that there it is one for pages that stand alone."""
        seconds = int(LIFETIME.total_seconds())
        if self._is_secure():
            manners = {"secure": True, "samesite": "None", "partitioned": True}
        else:
            manners = {"secure": False, "samesite": "Lax", "partitioned": False}
        response.set_cookie(self._cookie(state), binder, max_age=seconds, httponly=True, path="/", **manners)  # type: ignore[arg-type]  # one dict for several types

    # ------------------------------------------------------------------ launch

    def _launch(self) -> Response:
        """The platform's message, posted by its page: from another site, so that only the binder says whose it is."""
        text, token = request.form.get("state", ""), request.form.get("id_token", "")
        login = self.states.read(text, self.clock())
        if login is None:
            return self._refuse("launch.state_unknown")
        platform = self._platform_of(login)
        if platform is None:
            return self._refuse("launch.platform_unknown")
        self._frame(platform)
        if not token:
            return self._refuse("launch.no_token", platform)
        if login.is_bound_by(request.cookies.get(self._cookie(login))):
            return self._complete(token, login)
        begins = urlsplit(self.places.login(own_address(self.database, login.organisation_id))).path
        again = f"{begins}?{urlencode(login.again)}" if login.again else ""
        storage = _storage(platform, request.form.get("lti_storage_target", ""))
        return self.pages.bind(login.name, {"id_token": token, "state": text}, again, storage)

    def _bound(self) -> Response:
        """The same message once more, from our own page, which has found the binder."""
        login = self.states.read(request.form.get("state", ""), self.clock())
        if login is None or not self.guard.same_origin():
            return self._refuse("launch.state_unknown")
        platform = self._platform_of(login)
        if platform is not None:
            self._frame(platform)
        if not login.is_bound_by(request.form.get("binder")):
            return self._refuse("launch.unbound", platform)
        return self._complete(request.form.get("id_token", ""), login)

    def _complete(self, token: str, login: LoginState) -> Response:
        try:
            platform, launch = self.launches.believe(token, login)
            if launch.deep_link is not None:
                response = self.deep_linking.offer(platform, launch)
            else:
                response = self._open(self.launches.settle(platform, launch))
        except LaunchRefused as refusal:
            return self._refuse("launch.not_believed", why=str(refusal))
        response.delete_cookie(
            self._cookie(login), path="/", secure=self._is_secure(), partitioned=self._is_secure(),
            samesite="None" if self._is_secure() else "Lax", httponly=True,
        )  # fmt: skip
        return response

    def _open(self, arrival: Arrival) -> Response:
        """The page, or words where it would be empty."""
        if arrival.is_learner and not arrival.linked:
            text = _(
                "Your learning platform has told us who you are, but the learning data know you by another name. Your"
                " administrators find you in their list and link you once; from then on your page opens here."
            )
            return self.pages.words(_("Your account is not linked yet"), text)
        path = path_of(arrival)
        if path is not None:
            return self.open_page(arrival, f"{self.places.path}{path}")
        if arrival.is_staff:
            text = _(
                "The learning data know this course by another name. Your administrators find it in their list and link"
                " it once; from then on the classroom opens here."
            )
            return self.pages.words(_("This course is not linked yet"), text)
        text = _("Pages open here for those who learn or teach in this course.")
        return self.pages.words(_("Your role in this course opens no page"), text)

    def _chosen(self) -> Response:
        """A teacher has chosen which page to embed."""
        if not self.guard.same_origin():
            return self._refuse("deep_link.foreign")
        try:
            return self.deep_linking.send(request.form.get("choosing", ""), request.form.get("page", ""))
        except LaunchRefused as refusal:
            return self._refuse("deep_link.refused", why=str(refusal))

    # ------------------------------------------------------------------ keys

    def _keys(self, organisation: str) -> Response:
        """The public halves of the keys with which we sign for an organisation."""
        found = self._organisation_of(organisation)
        if found is None:
            return self._refuse("keys.unknown")
        response = jsonify({"keys": self.signing_keys.public_keys(found)})
        response.headers["Cache-Control"] = f"public, max-age={KEYS_KEPT}"
        return response

    # ------------------------------------------------------------------ all of them

    def _organisation_of(self, name: str) -> OrganisationId | None:
        """The organisation that an address names."""
        try:
            public_id = PublicId(UUID(name))
        except ValueError:
            return None
        with self.database.transaction(DatabaseRole.WEB, None) as connection:
            return find_organisation_by_public_id(connection, public_id)

    def _platform_of(self, login: LoginState) -> Platform | None:
        with self.database.transaction(DatabaseRole.WEB, login.organisation_id) as connection:
            return read_platform(connection, login.organisation_id, login.platform_id)

    def _frame(self, platform: Platform) -> None:
        """Lets the platform's own pages frame the answer."""
        frame_by(origins_of(platform.addresses))

    def _refuse(self, event: str, platform: Platform | None = None, why: str = "") -> Response:
        known = platform.platform_id if platform else None
        log.info("lti.refused", step=event, platform_id=known, why=why)
        return self.pages.refused()


def _storage(platform: Platform, frame: str) -> Storage:
    """Where the platform has offered to keep data; its own origin only."""
    named = frame if len(frame) <= 100 and frame.isprintable() else ""
    return Storage(named, origin_of(platform.authorization_url))
