"""Dynamic Registration: a platform registers itself at one address, with a code that an administrator has made.

The code is used up by the first attempt, so it cannot be used to ask one address after the other. What comes of it is
believed only when the administration switches it on.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from flask import Flask, Response, request

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.audit import record
from dashapp.data.store.lti.codes import NewCode, code_holds, note_registered, use_code
from dashapp.data.store.lti.platforms import NewPlatform, PlatformError, add_platform, read_platform
from dashapp.domain.audit import Action, Actor, ViewerRole, platform_subject
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.lti import DEEP_LINKING, RESOURCE_LINK, ROSTER_SCOPE, plain
from dashapp.domain.sessions import SignInMethod
from dashapp.observability.logging import get_logger
from dashapp.security.devices import network_of
from dashapp.security.frames import frame_by
from dashapp.security.guard import Access, Guard
from dashapp.security.lti.pages import Pages
from dashapp.security.lti.places import REGISTER, Places, origin_of
from dashapp.security.outgoing import OutgoingError
from dashapp.security.rates import Rates
from dashapp.security.signing import Signer

CODE_HOLDS: Final = timedelta(hours=24)
LONGEST_TOKEN: Final = 8192
_TOOL: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_PLATFORM: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"

log = get_logger(__name__)


class RegistrationRefused(AnalyticsError):
    """A platform cannot register like that; the text says why.

    `field`: which part of `NewPlatform` it is about, where it is one.
    """

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


class Registering(Protocol):
    """What is needed of `dashapp.security.outgoing.Outgoing`."""

    def get_json(self, url: str, headers: Mapping[str, str] | None = None, limit: int = ...) -> Any:
        """The JSON at an address. Raises OutgoingError."""

    def post_json(self, url: str, value: object, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON with which JSON is answered. Raises OutgoingError."""

    def check(self, url: str) -> None:
        """Raises OutgoingError for an address that may not be asked."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Makes and reads codes. A code says for which organisation it is, so that its digest can be looked for."""

    signer: Signer

    def make(self, organisation: OrganisationId) -> str:
        """A new code."""
        return self.signer.sign(f"{organisation}.{secrets.token_urlsafe(24)}")

    def organisation_of(self, code: str) -> OrganisationId | None:
        """Whose code it is; None for a text that is none."""
        said = self.signer.verify(code) if len(code) <= 200 else None
        return OrganisationId(int(said.partition(".")[0])) if said else None


def new_code(code: str, by: str, now: datetime) -> NewCode:
    """What is kept of a code."""
    return NewCode(_digest(code), by, now, now + CODE_HOLDS)


def check_addresses(outgoing: Registering, new: NewPlatform) -> None:
    """Raises RegistrationRefused for a platform whose addresses may not be asked, or shown to browsers."""
    for field in ("issuer", "authorization_url", "token_url", "keyset_url", "pages_url"):
        url = getattr(new, field)
        if url is None:
            continue
        origin = origin_of(url)
        if not origin or not url.isprintable():
            raise RegistrationRefused("Every address has to be one that begins with https://.", field)
        # Those that are only named to browsers are not asked; but http is for what the settings let be asked over it.
        if field not in ("issuer", "pages_url") or origin.startswith("http:"):
            try:
                outgoing.check(url)
            except OutgoingError as error:
                raise RegistrationRefused(str(error), field) from None
    if new.events_issuer is not None and not new.events_issuer.isprintable():
        raise RegistrationRefused("The issuer by which events name the courses cannot be one.", "events_issuer")
    if not new.client_id or len(new.client_id) > 255 or not new.client_id.isprintable():
        raise RegistrationRefused("The client id is missing.", "client_id")


@dataclass(frozen=True, slots=True)
class Registration:
    """The two halves of the address: a page that asks, and what happens when its button is pressed."""

    guard: Guard
    database: Database
    clock: Clock
    codes: Codes
    places: Places
    pages: Pages
    outgoing: Registering

    def install(self, server: Flask, rates: Rates) -> None:
        """Adds the address, below the path of the public address."""
        path = f"{self.places.path}{REGISTER}/<code>"
        server.add_url_rule(path, "lti_register", rates.of_registrations(self._ask), methods=["GET"])
        server.add_url_rule(path, "lti_registered", rates.of_registrations(self._register), methods=["POST"])
        for endpoint in ("lti_register", "lti_registered"):
            self.guard.open_route(endpoint, Access.PUBLIC)

    def _ask(self, code: str) -> Response:
        configuration = request.args.get("openid_configuration", "")
        token = request.args.get("registration_token", "")
        organisation = self.codes.organisation_of(code)
        host = origin_of(configuration)
        if organisation is None or not host or len(token) > LONGEST_TOKEN:
            return self.pages.refused()
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            holds = code_holds(connection, organisation, _digest(code), self.clock())
        if not holds:
            return self.pages.refused()
        frame_by((host,))
        return self.pages.register(urlsplit(host).netloc, configuration, token)

    def _register(self, code: str) -> Response:
        organisation = self.codes.organisation_of(code)
        if organisation is None or not self.guard.same_origin():
            return self.pages.refused()
        digest, now = _digest(code), self.clock()
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            by = use_code(connection, organisation, digest, now)
        if by is None:
            return self.pages.refused()
        configuration = request.form.get("openid_configuration", "")
        frame_by((origin_of(configuration),))
        made = None
        try:
            new = self._registered(organisation, configuration, request.form.get("registration_token", ""), by)
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                made = add_platform(connection, organisation, new)
                platform = read_platform(connection, organisation, made)
                assert platform is not None
                # The address was made by an administrator, and stands for them.
                actor = Actor(by, ViewerRole.ADMINISTRATOR, network_of(request.remote_addr), SignInMethod.LINK.value)
                what = {"subject": platform_subject(platform.public_id)}
                record(connection, organisation, actor, Action.PLATFORM_ADDED, what)
        except (RegistrationRefused, PlatformError, OutgoingError) as error:
            log.info("lti.registration_refused", organisation_id=int(organisation), why=str(error))
        finally:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                note_registered(connection, organisation, digest, made)
        return self.pages.refused() if made is None else self.pages.registered(origin_of(configuration))

    def _registered(self, organisation: OrganisationId, address: str, token: str, by: str) -> NewPlatform:
        """Asks the platform what it is, then tells it what we are. Raises RegistrationRefused and OutgoingError."""
        said = self.outgoing.get_json(address)
        if not isinstance(said, dict):
            raise RegistrationRefused("The platform does not describe itself.")
        described = self._described(address, said, by)
        endpoint = _text(said, "registration_endpoint")
        check_addresses(self.outgoing, described)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.outgoing.post_json(endpoint, self._ourselves(organisation), headers)
        client = answer.get("client_id") if isinstance(answer, dict) else None
        if not isinstance(client, str) or not 0 < len(client) <= 255 or not client.isprintable():
            raise RegistrationRefused("The platform gives no client id.")
        tool = answer.get(_TOOL)
        deployment = tool.get("deployment_id") if isinstance(tool, dict) else None
        deployments = (deployment,) if isinstance(deployment, str) and 0 < len(deployment) <= 255 else ()
        return NewPlatform(
            **{name: getattr(described, name) for name in _DESCRIBED}, client_id=client, deployments=deployments
        )

    def _described(self, address: str, said: Mapping[str, Any], by: str) -> NewPlatform:
        issuer = _text(said, "issuer")
        # Whoever answers at an address may speak for its own host only: else any host could claim to be a known issuer.
        if not origin_of(issuer) or origin_of(issuer) != origin_of(address):
            raise RegistrationRefused("The platform speaks for another host than its own.")
        platform = said.get(_PLATFORM)
        family = plain(platform.get("product_family_code")) if isinstance(platform, dict) else None
        host = urlsplit(issuer).netloc
        return NewPlatform(
            title=f"{family} · {host}" if family else host,
            issuer=issuer,
            client_id="-",
            authorization_url=_text(said, "authorization_endpoint"),
            token_url=_text(said, "token_endpoint"),
            keyset_url=_text(said, "jwks_uri"),
            added_by=by,
            added_at=self.clock(),
            enabled=False,
        )

    def _ourselves(self, organisation: OrganisationId) -> dict[str, Any]:
        """What the platform is told (1EdTech Dynamic Registration 1.0, section 3.5)."""
        launch, own = self.places.launch, own_address(self.database, organisation)
        return {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": self.places.login(own),
            "redirect_uris": [launch],
            "client_name": "Learning analytics",
            "jwks_uri": self.places.keys(own),
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": ROSTER_SCOPE,
            _TOOL: {
                "domain": urlsplit(launch).netloc,
                "target_link_uri": launch,
                "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
                "messages": [
                    {"type": RESOURCE_LINK, "target_link_uri": launch},
                    {"type": DEEP_LINKING, "target_link_uri": launch, "label": "Learning analytics"},
                ],
            },
        }


_DESCRIBED: Final = (
    *("title", "issuer", "authorization_url", "token_url", "keyset_url"),
    *("added_by", "added_at", "enabled", "token_audience"),
)


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 2000:
        raise RegistrationRefused(f"The platform names no {name}.")
    return value


def _digest(code: str) -> bytes:
    return sha256(code.encode("utf-8", "surrogatepass")).digest()
