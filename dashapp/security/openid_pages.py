"""Signing in at a provider of OpenID Connect: the way there, and the way back."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.identity_providers import IdentityProvider, list_providers
from dashapp.data.store.organisations import find_organisation
from dashapp.data.store.sessions import NotBelieved
from dashapp.data.store.signed_in import Attested, receive, sign_in_names
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.domain.sessions import SignInMethod, Voucher
from dashapp.observability.logging import get_logger
from dashapp.observability.references import new_reference
from dashapp.security.accounts import SignedIn
from dashapp.security.devices import network_of
from dashapp.security.forms import Forms
from dashapp.security.guard import Access
from dashapp.security.openid import Client, OpenId, OpenIdError, Started, administers, claim_of
from dashapp.security.passwords import storable
from dashapp.security.rates import Rates
from dashapp.security.sessions import Manner
from dashapp.security.sign_in import OPENID_PATH, local_path
from dashapp.security.signing import Signer
from dashapp.words import _

STATE_COOKIE: Final = "la_openid_"
"""Followed by the beginning of the state, so that two tabs do not take each other's sign-in away."""
STATE_SECONDS: Final = 600
EMAIL_CLAIM: Final = "email"
LONGEST_CLAIM: Final = 400

log = get_logger(__name__)
FindSecret = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody signs in."""

    organisation_id: OrganisationId
    organisation: str
    client: Client


@dataclass(frozen=True, slots=True)
class OpenIdPages:
    """The two routes of each provider. `install` adds and opens them."""

    forms: Forms
    database: Database
    clock: Clock
    rates: Rates
    openid: OpenId
    find_secret: FindSecret
    """Gives the secret of `organisation/provider`, None where there is none."""

    def install(self, server: Flask) -> None:
        """Adds `/sign-in/openid/<organisation>/<provider>` and the way back below it."""
        base = f"{self.forms.prefix}{OPENID_PATH}/<organisation>/<provider>"
        server.add_url_rule(base, "openid_start", self.rates.of_starts(self._start), methods=["GET"])
        server.add_url_rule(f"{base}/back", "openid_back", self.rates.of_starts(self._back), methods=["GET"])
        for endpoint in ("openid_start", "openid_back"):
            self.forms.guard.open_route(endpoint, Access.PUBLIC)

    # ------------------------------------------------------------------ the way there

    def _start(self, organisation: str, provider: str) -> BaseResponse:
        place = self._place(organisation, provider)
        if place is None:
            return self._refuse("There is no such provider.")
        try:
            address, started = self.openid.start(place.client)
        except OpenIdError as error:
            return self._refuse(str(error))
        response = redirect(address, code=303)
        response.set_cookie(
            self._cookie(started.state),
            self._kept(place, started, local_path(request.args.get("next"), self.forms.prefix)),
            max_age=STATE_SECONDS,
            httponly=True,
            # Lax: the way back comes from the provider's site.
            samesite="Lax",
            secure=self.forms.guard.secure_cookies,
            path=self.forms.guard.cookie_path(OPENID_PATH),
        )
        return response

    def _cookie(self, state: str) -> str:
        return self.forms.guard.cookie(f"{STATE_COOKIE}{state[:8]}")

    def _kept(self, place: _Place, started: Started, onward: str) -> str:
        """What the browser keeps: signed, for this provider of this organisation, and not for long."""
        kept = {
            "place": [place.organisation, place.client.provider.name],
            "started": [started.state, started.nonce, started.verifier],
            "next": onward,
            "until": int(self.clock().timestamp()) + STATE_SECONDS,
        }
        return self._signer().sign(urlsafe_b64encode(json.dumps(kept).encode()).decode("ascii"))

    # ------------------------------------------------------------------ the way back

    def _back(self, organisation: str, provider: str) -> BaseResponse:
        place = self._place(organisation, provider)
        if place is None:
            return self._refuse("There is no such provider.")
        name = self._cookie(request.args.get("state", ""))
        kept = self._read_kept(request.cookies.get(name, ""))
        if kept is None or kept["place"] != [place.organisation, place.client.provider.name]:
            return self._refuse("This browser has not begun that sign-in.", name)
        try:
            claims = self.openid.finish(place.client, Started(*kept["started"]), request.args)
        except OpenIdError as error:
            return self._refuse(str(error), name)
        attested = attested_by(place.client.provider, claims)
        origin = network_of(request.remote_addr)
        person = receive(self.database, place.organisation_id, attested, self.clock(), origin)
        response = redirect(local_path(kept["next"], self.forms.prefix), code=303)
        self._drop(response, name)
        manner = Manner(voucher=Voucher.provider(place.client.provider.issuer))
        try:
            self.forms.guard.begin(response, SignedIn(place.organisation_id, person), SignInMethod.OIDC, manner)
        except NotBelieved as error:
            return self._refuse(str(error), name)
        log.info("sign_in.openid", organisation_id=int(place.organisation_id), provider=place.client.provider.name)
        return response

    def _read_kept(self, cookie: str) -> dict[str, Any] | None:
        text = self._signer().verify(cookie)
        if not text:
            return None
        kept: dict[str, Any] = json.loads(urlsafe_b64decode(text))
        return kept if kept["until"] >= self.clock().timestamp() else None

    def _refuse(self, reason: str, cookie: str = "") -> BaseResponse:
        """The one answer to everything that goes wrong; the reason is in the log under the reference."""
        reference = new_reference()
        log.warning("sign_in.openid_refused", reference=reference, reason=reason)
        words = _("Nobody was signed in. Try again; if that does not help, tell your administrator the reference")
        link = (_("To the sign-in"), f"{self.forms.prefix}/sign-in")
        response = self.forms.message(_("The sign-in did not work"), f"{words} {reference}.", link, 400)
        if cookie:
            self._drop(response, cookie)
        return response

    def _drop(self, response: BaseResponse, cookie: str) -> None:
        """What was begun can be finished once, whatever comes of it."""
        if request.cookies.get(cookie):
            guard = self.forms.guard
            response.delete_cookie(cookie, path=guard.cookie_path(OPENID_PATH), secure=guard.secure_cookies)

    def _place(self, organisation: str, provider: str) -> _Place | None:
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            known = find_organisation(connection, organisation.replace("\0", ""))
            if known is None:
                return None
            act_for(connection, known)
            found = next((one for one in list_providers(connection, known) if one.name == provider), None)
        if found is None:
            return None
        client = Client(found, self.find_secret(f"{organisation}/{provider}"), self._address_back(organisation, found))
        return _Place(known, organisation, client)

    def _address_back(self, organisation: str, provider: IdentityProvider) -> str:
        return address_back(self.forms.guard.public_url, organisation, provider.name)

    def _signer(self) -> Signer:
        return Signer(self.forms.secret_keys, "openid state")


def address_back(public_url: str, organisation: str, provider: str) -> str:
    """What has to be registered at a provider as the address to which it sends people back."""
    return f"{public_url}{OPENID_PATH}/{quote(organisation, safe='')}/{quote(provider, safe='')}/back"


def attested_by(provider: IdentityProvider, claims: dict[str, Any]) -> Attested:
    """What a provider's claims say about somebody. The organisation is never among it: the provider is of one only."""
    email = _text(claims.get(EMAIL_CLAIM)) if claims.get("email_verified") is True else None
    further = []
    if provider.join_claim is not None:
        # An address that nobody has checked is what somebody typed.
        value = email if provider.join_claim == EMAIL_CLAIM else _text(claim_of(claims, provider.join_claim))
        if value is not None:
            further.append((provider.join_claim, value))
    given, family = _text(claims.get("given_name")), _text(claims.get("family_name"))
    return Attested(
        sign_in_names(provider.issuer, claims["sub"], further),
        given or (None if family else _text(claims.get("name"))),
        family,
        email,
        administers(provider, claims),
    )


def _text(value: Any) -> str | None:
    """A claim that is a text of a sensible length."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CLAIM or storable(value) != value:
        return None
    return value
