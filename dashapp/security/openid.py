"""OpenID Connect with any provider: its description, its keys, and what of its answers is believed.

The authorization code flow with PKCE. Nothing is believed that is not signed with a key which the provider publishes at
the address that its own description names; a shared secret or no signature at all is never enough.
"""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.util import json_b64decode

from dashapp.data.store.identity_providers import IdentityProvider
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.security.outgoing import Outgoing, OutgoingError
from dashapp.security.passwords import storable

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key that the provider alone has."""
KNOWN_FOR: Final = timedelta(hours=1)
STALE_FOR: Final = timedelta(hours=24)
"""What a provider said last holds for so long while it does not answer."""
ASKED_AGAIN: Final = timedelta(minutes=1)
"""An unknown key makes us ask for the keys anew, at most that often."""
LEEWAY: Final = 60
"""Seconds that clocks may differ."""
OLDEST_TOKEN: Final = 600
"""Seconds: a token is made for this very sign-in, so it cannot be older."""
LONGEST_TOKEN: Final = 65_536
LONGEST_SUBJECT: Final = 255
_ADDRESSES: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Parts of keys that nobody publishes."""
_KEY_KINDS: Final[dict[str, Any]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class OpenIdError(AnalyticsError):
    """A sign-in at a provider that did not work. The text is for the log: it holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a provider says about itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    basic: bool
    """Whether the secret goes into a header; else into the form."""
    names_itself: bool
    """Whether it says in the address of the way back who it is."""


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in under way; only the browser in which it was begun knows all three."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Client:
    """This service, as one provider knows it."""

    provider: IdentityProvider
    secret: str | None
    redirect_uri: str


@dataclass(slots=True)
class _Kept:
    value: Any
    at: datetime
    """When it was read."""
    tried: datetime
    """When it was last asked for."""


class OpenId:
    """Talks to providers. Safe to share between threads: at worst something is asked for twice."""

    def __init__(self, outgoing: Outgoing, clock: Clock) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._descriptions: dict[str, _Kept] = {}
        self._keys: dict[str, _Kept] = {}

    def start(self, client: Client) -> tuple[str, Started]:
        """The address to which the browser is sent, and what has to be remembered in it. Raises OpenIdError."""
        description = self._describe(client.provider.issuer)
        started = Started(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        address = prepare_grant_uri(
            description.authorization_endpoint,
            client_id=client.provider.client_id,
            response_type="code",
            redirect_uri=client.redirect_uri,
            scope=client.provider.scopes,
            state=started.state,
            nonce=started.nonce,
            code_challenge=create_s256_code_challenge(started.verifier),
            code_challenge_method="S256",
        )
        return str(address), started

    def finish(self, client: Client, started: Started, answered: Mapping[str, str]) -> dict[str, Any]:
        """The claims of whoever comes back with `answered`, the query of the way back. Raises OpenIdError.

        That it comes to the browser in which it was begun is for the caller to know.
        """
        description = self._describe(client.provider.issuer)
        if not hmac.compare_digest(answered.get("state", "").encode(), started.state.encode()):
            raise OpenIdError("The state is another one.")
        issuer = answered.get("iss")
        if (issuer is not None or description.names_itself) and issuer != description.issuer:
            raise OpenIdError("Another provider answered.")
        if "error" in answered or not answered.get("code"):
            raise OpenIdError("The provider did not sign anybody in.")
        token = self._exchange(client, description, answered["code"], started.verifier)
        return self._claims(client, description, token, started.nonce)

    # ------------------------------------------------------------------ the provider

    def _describe(self, issuer: str) -> Description:
        found: Description = self._remembered(self._descriptions, issuer, lambda: self._read_description(issuer))
        return found

    def _read_description(self, issuer: str) -> Description:
        said = self._outgoing.get_json(get_well_known_url(issuer, external=True))
        if not isinstance(said, dict) or said.get("issuer") != issuer:
            raise OpenIdError("The description is of another issuer.")
        authorization, token, keys = (said.get(name) or "" for name in _ADDRESSES)
        schemes = {"https", urlsplit(issuer).scheme}
        if not all(isinstance(one, str) and urlsplit(one).scheme in schemes for one in (authorization, token, keys)):
            raise OpenIdError("The description lacks an address.")
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        names_itself = said.get("authorization_response_iss_parameter_supported") is True
        return Description(issuer, authorization, token, keys, "client_secret_basic" in ways, names_itself)

    def _keys_of(self, description: Description, kid: str | None) -> KeySet:
        """The keys of a provider, asked for anew where none has this name."""
        where = description.jwks_uri
        keys: KeySet = self._remembered(self._keys, where, lambda: self._read_keys(where))
        if kid is not None and all(key.kid != kid for key in keys.keys):
            kept = self._keys[where]
            if self._clock() - kept.tried >= ASKED_AGAIN:
                keys = self._remembered(self._keys, where, lambda: self._read_keys(where), anew=True)
        return keys

    def _read_keys(self, where: str) -> KeySet:
        said = self._outgoing.get_json(where)
        listed = said.get("keys") if isinstance(said, dict) else None
        keys = []
        for entry in listed if isinstance(listed, list) else []:
            # Keys of other kinds, a shared secret above all, are none that could sign here.
            kind = _KEY_KINDS.get(str(entry.get("kty"))) if isinstance(entry, dict) else None
            if kind is None or entry.get("use", "sig") != "sig":
                continue
            try:
                keys.append(kind.import_key({name: entry[name] for name in entry if name not in _PRIVATE}))
            except (JoseError, ValueError, TypeError, KeyError):
                continue
        if not keys:
            raise OpenIdError("The provider has no keys.")
        return KeySet(keys)

    def _remembered(self, kept: dict[str, _Kept], name: str, read: Any, anew: bool = False) -> Any:
        """What was read within the hour, else what is read now, else what was read within a day."""
        now, known = self._clock(), kept.get(name)
        if known is not None and not anew and now - known.at < KNOWN_FOR:
            return known.value
        if known is not None and not anew and now - known.tried < ASKED_AGAIN and now - known.at < STALE_FOR:
            return known.value
        try:
            value = read()
        except (OutgoingError, OpenIdError) as error:
            if known is not None and now - known.at < STALE_FOR:
                known.tried = now
                return known.value
            raise OpenIdError(str(error)) from error
        kept[name] = _Kept(value, now, now)
        return value

    # ------------------------------------------------------------------ the answer

    def _exchange(self, client: Client, description: Description, code: str, verifier: str) -> str:
        """The ID token for a code."""
        values = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        if client.secret is not None and description.basic:
            pair = f"{quote_plus(client.provider.client_id)}:{quote_plus(client.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
        else:
            values["client_id"] = client.provider.client_id
            if client.secret is not None:
                values["client_secret"] = client.secret
        try:
            said = self._outgoing.post_form(description.token_endpoint, values, headers)
        except OutgoingError as error:
            raise OpenIdError(f"The code was not taken. {error}") from error
        token = said.get("id_token") if isinstance(said, dict) else None
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise OpenIdError("The provider gave no token.")
        return token

    def _claims(self, client: Client, description: Description, token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token that is the provider's own, for this service and for this sign-in."""
        now = int(self._clock().timestamp())
        essential = {
            "iss": {"essential": True, "value": description.issuer},
            "aud": {"essential": True, "value": client.provider.client_id},
            "nonce": {"essential": True, "value": nonce},
            **{name: {"essential": True} for name in ("sub", "exp", "iat")},
        }
        try:
            keys = self._keys_of(description, _kid_of(token))
            read = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            params = {"nonce": nonce, "client_id": client.provider.client_id}
            claims = CodeIDToken(read.claims, read.header, essential, params)
            claims.validate(now, LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise OpenIdError(f"The token is not believed: {type(error).__name__}.") from error
        subject, issued = claims["sub"], claims["iat"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or storable(subject) != subject:
            raise OpenIdError("The token names nobody.")
        if now - issued > OLDEST_TOKEN + LEEWAY:
            raise OpenIdError("The token was made for an earlier sign-in.")
        return dict(claims)


def _kid_of(token: str) -> str | None:
    """The name of the key by which a token says it is signed."""
    header = json_b64decode(token.partition(".")[0].encode())
    kid = header.get("kid") if isinstance(header, dict) else None
    if kid is not None and not isinstance(kid, str):
        raise ValueError("the name of a key is a text")
    return kid


def claim_of(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by the way to it with dots (`realm_access.roles`); None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def administers(provider: IdentityProvider, claims: Mapping[str, Any]) -> bool:
    """Whether the claims make somebody an administrator of the provider's organisation."""
    if provider.administrator_claim is None:
        return False
    found = claim_of(claims, provider.administrator_claim)
    held = found if isinstance(found, list) else [found]
    return any(isinstance(one, str) and one in provider.administrator_values for one in held)
