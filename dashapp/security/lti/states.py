"""What goes out with a login and must come back with the launch.

All of it is in the state itself, signed, so that a login which nobody completes costs no row: only a completed one is
noted, and the row that says so is what makes it one-use. The state alone opens nothing: with it belongs a binder, which
only the browser that began the login holds.
"""

import json
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final, Self

from dashapp.domain.keys import OrganisationId
from dashapp.security.signing import Signer

LIFETIME: Final = timedelta(minutes=10)
"""Somebody may have to sign in at the platform in between."""
LONGEST_STATE: Final = 4000
LONGEST_HINTS: Final = 6000
"""Characters of what the login named, before compression. More is not kept; then a launch cannot be begun anew."""
_LARGEST: Final = 16_384


@dataclass(frozen=True, slots=True)
class LoginState:
    """One login. `again`: the parameters with which it was begun, so that a new window can begin it anew."""

    organisation_id: OrganisationId
    platform_id: int
    nonce: str
    binder_digest: str
    target: str
    expires_at: int
    """Seconds since 1970."""
    again: Mapping[str, str]

    @property
    def digest(self) -> bytes:
        """What is noted when the login is completed."""
        return sha256(self.nonce.encode()).digest()

    @property
    def name(self) -> str:
        """Under which the browser keeps the binder: several launches may run in one page."""
        return sha256(f"name {self.nonce}".encode()).hexdigest()[:16]

    def is_bound_by(self, binder: str | None) -> bool:
        """Whether this is the browser that began the login."""
        return binder is not None and compare_digest(_digest(binder), self.binder_digest)


class States:
    """Makes and reads states."""

    __slots__ = ("_signer",)

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._signer = Signer(secret_keys, "lti state")

    def begin(
        self, platform: tuple[OrganisationId, int], target: str, again: Mapping[str, str], now: datetime
    ) -> tuple[LoginState, str, str]:
        """(the login, the state's text, the binder for the browser to keep)"""
        binder = secrets.token_urlsafe(24)
        expires = int((now + LIFETIME).timestamp())
        kept = again if sum(map(len, again.values())) <= LONGEST_HINTS else {}
        state = LoginState(*platform, secrets.token_urlsafe(24), _digest(binder), target, expires, kept)
        text = self._write(state)
        if len(text) > LONGEST_STATE:
            state = LoginState(*platform, state.nonce, state.binder_digest, target, expires, {})
            text = self._write(state)
        return state, text, binder

    def _write(self, state: LoginState) -> str:
        parts = [
            int(state.organisation_id),
            state.platform_id,
            state.nonce,
            state.binder_digest,
            state.target,
            state.expires_at,
            dict(state.again),
        ]
        return self._signer.sign(urlsafe_b64encode(zlib.compress(json.dumps(parts).encode())).decode())

    def read(self, text: str, now: datetime) -> LoginState | None:
        """The login; None for what this service has not signed, and when its time is over."""
        said = self._signer.verify(text) if len(text) <= LONGEST_STATE else None
        if said is None:
            return None
        parts: list[Any] = json.loads(_unpacked(urlsafe_b64decode(said)))
        organisation, platform, nonce, digest, target, expires, again = parts
        if now.timestamp() > expires:
            return None
        return LoginState(OrganisationId(organisation), platform, nonce, digest, target, expires, again)


def _unpacked(packed: bytes) -> bytes:
    return zlib.decompressobj().decompress(packed, _LARGEST)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Choosing:
    """A deep link that a teacher is about to choose: signed, so that neither where the choice goes nor for whom can be
    changed on the way."""

    organisation_id: OrganisationId
    platform_id: int
    deployment_id: str
    return_url: str
    data: str | None
    courses: tuple[str, ...]
    """The public ids of the courses that may be chosen."""
    expires_at: int

    def sign(self, signer: Signer) -> str:
        """The text that stands in the form."""
        parts = [
            int(self.organisation_id),
            self.platform_id,
            self.deployment_id,
            self.return_url,
            self.data,
            list(self.courses),
            self.expires_at,
        ]
        return signer.sign(urlsafe_b64encode(json.dumps(parts).encode()).decode())

    @classmethod
    def read(cls, signer: Signer, text: str, now: datetime) -> Self | None:
        """None for what this service has not signed, and when its time is over."""
        said = signer.verify(text)
        if said is None:
            return None
        organisation, platform, deployment, url, data, courses, expires = json.loads(urlsafe_b64decode(said))
        if now.timestamp() > expires:
            return None
        return cls(OrganisationId(organisation), platform, deployment, url, data, tuple(courses), expires)
