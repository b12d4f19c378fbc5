"""A real provider of OpenID Connect on the loopback: description, keys, a page on which one signs in, and tokens.

It does what a provider does, and where a test says so, what a hostile or broken one does.
"""

import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identity_providers import IdentityProvider, register_provider
from dashapp.domain.keys import OrganisationId
from tests.security.loopback import Asked, LoopbackHost, Reply, answering
from tests.served import Visitor

CLIENT = "learning-analytics"
SECRET = "a secret of the provider"
START = "/sign-in/openid/small/campus"


@dataclass(slots=True)
class Provider:
    """A provider that runs. Its fields may be changed at any time."""

    host: LoopbackHost
    subject: str = "subject-1"
    claims: dict[str, Any] = field(default_factory=dict)
    """Besides those of every token; None takes one away."""
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    published: list[Any] | None = None
    """The keys that it publishes; None: its own."""
    algorithm: str = "ES256"
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    """Makes the token of (head, claims), where it is not signed as it should be."""
    keys_reply: Callable[[], Reply] | None = None
    description: dict[str, Any] = field(default_factory=dict)
    """What its description says otherwise."""
    clock: Callable[[], float] = time.time
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return self.host.url

    # ------------------------------------------------------------------ what it answers

    def answer(self, asked: Asked) -> Reply:
        path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
        asked_for = {name: values[0] for name, values in query.items()}
        match path:
            case "/.well-known/openid-configuration":
                return _json(200, self._description())
            case "/keys":
                return self.keys_reply() if self.keys_reply else _json(200, {"keys": self._published()})
            case "/authorize":
                return self._page(asked_for)
            case "/enter":
                return 303, {"Location": self.address_back(asked_for)}, b""
            case "/token":
                return self._token(asked)
            case _:
                return 404, {}, b""

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": True,
            **self.description,
        }

    def _published(self) -> list[Any]:
        keys = [self.key] if self.published is None else self.published
        return [{**key.as_dict(private=False), "use": "sig"} for key in keys]

    def _page(self, asked: dict[str, str]) -> Reply:
        """The provider's own sign-in page: one button."""
        fields = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in asked.items())
        page = "<!doctype html><title>Campus</title><link rel=icon href=data:,>"
        page += f'<form action="/enter">{fields}<button>Enter the campus</button></form>'
        return 200, {"Content-Type": "text/html"}, page.encode()

    def address_back(self, asked: dict[str, str]) -> str:
        """Where a browser goes that has signed in: with a code, which holds for one exchange."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        begun = self.codes.pop(form.get("code", ""), None)
        scheme, _, pair = asked.headers.get("authorization", "").partition(" ")
        known = scheme == "Basic" and [unquote_plus(word) for word in b64decode(pair).decode().split(":")]
        if begun is None or known != [CLIENT, SECRET]:
            return _json(400, {"error": "invalid_grant"})
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if challenge != begun["code_challenge"] or form["redirect_uri"] != begun["redirect_uri"]:
            return _json(400, {"error": "invalid_grant"})
        return _json(200, {"access_token": "unused", "token_type": "Bearer", "id_token": self.token(begun["nonce"])})

    def token(self, nonce: str) -> str:
        """The ID token of whoever signs in now."""
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": self.algorithm, "kid": self.key.kid}
        return self.sign(head, claims) if self.sign else jwt.encode(head, claims, self.key, [self.algorithm])


def unsigned(_head: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that nobody has signed."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def signed_with_the_public_key(provider: Provider) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    """The old trick: HS256 with what everybody can read as the shared secret."""
    shared = OctKey.import_key(json.dumps(provider.key.as_dict(private=False)).encode())
    return lambda head, claims: jwt.encode({**head, "alg": "HS256"}, claims, shared, ["HS256"])


def signed_with_the_client_secret(head: dict[str, Any], claims: dict[str, Any]) -> str:
    """What OpenID Connect allows, and this service does not."""
    return jwt.encode({**head, "alg": "HS256"}, claims, OctKey.import_key(SECRET * 2), ["HS256"])


def _json(status: int, value: Any) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider on a free port."""
    made: list[Provider] = []

    def answer(asked: Asked) -> Reply:
        return made[0].answer(asked)

    with answering(answer) as host:
        made.append(Provider(host))
        yield made[0]


def trust(provider: Provider, database: Database, organisation: OrganisationId) -> None:
    """Registers a provider for an organisation, as an operator does."""
    trusted = IdentityProvider(
        "campus",
        "Campus account",
        provider.issuer,
        CLIENT,
        join_claim="preferred_username",
        administrator_claim="realm_access.roles",
        administrator_values=("analytics-admin",),
    )
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        register_provider(connection, organisation, trusted, datetime.now(UTC), "a test")


# ------------------------------------------------------------------ the person in between


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def begin(visitor: Visitor, start: str = f"{START}?next=/me") -> dict[str, str]:
    """Begins a sign-in; what the provider is asked for."""
    answer = visitor.client.get(start)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def come_back(visitor: Visitor, address_back: str) -> Any:
    parts = urlsplit(address_back)
    return visitor.client.get(f"{parts.path}?{parts.query}")


def sign_in(visitor: Visitor, provider: Provider) -> Any:
    return come_back(visitor, provider.address_back(begin(visitor)))


def is_refused(answer: Any) -> bool:
    """Whether it is the one short answer, and nobody is signed in by it."""
    words = answer.get_data(as_text=True)
    cookies = answer.headers.getlist("Set-Cookie")
    return (
        answer.status_code == 400
        and "The sign-in did not work" in words
        and not any(cookie.startswith("la_session=") for cookie in cookies)
    )
