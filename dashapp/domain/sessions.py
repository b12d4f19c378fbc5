"""How somebody signed in, and what their browser holds of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self
from uuid import UUID


class SignInMethod(StrEnum):
    """By what somebody proved who they are."""

    DEMO = "demo"
    LOCAL = "local"
    OIDC = "oidc"
    LTI = "lti"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Voucher:
    """Another system on whose word somebody was signed in: the session ends when it is no longer believed."""

    name: str
    deployment: str | None = None
    """Of a learning platform."""

    @classmethod
    def platform(cls, public_id: UUID, deployment: str | None = None) -> Self:
        """A learning platform, or one deployment of it."""
        return cls(f"{_PLATFORM}{public_id}", deployment)

    @classmethod
    def provider(cls, issuer: str) -> Self:
        """A provider of OpenID Connect."""
        return cls(f"{_PROVIDER}{issuer}")

    @property
    def platform_id(self) -> UUID | None:
        """The platform's public id; None where this is none."""
        return UUID(self.name.removeprefix(_PLATFORM)) if self.name.startswith(_PLATFORM) else None

    @property
    def issuer(self) -> str | None:
        """The provider's issuer; None where this is none."""
        return self.name.removeprefix(_PROVIDER) if self.name.startswith(_PROVIDER) else None


_PLATFORM: Final = "lti "
_PROVIDER: Final = "openid "


@dataclass(frozen=True, slots=True)
class Parent:
    """A session from which another one was opened: that one ends with it, and lasts no longer."""

    digest: bytes
    expires_at: datetime


class Carrier(StrEnum):
    """How the browser sends the session: each is taken in its own way only."""

    COOKIE = "cookie"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session that lasts, as its owner and administrators see it."""

    session_id: UUID
    name: str
    method: SignInMethod
    device: str
    """Browser and system; empty where the browser did not say."""
    page: str | None
    started_at: datetime
    seen_at: datetime
    """Exact to the minute."""
    own: bool
    """The one by which the list was asked for."""


@dataclass(frozen=True, slots=True)
class SessionsView:
    """The sessions of one person, or of everybody in an organisation."""

    sessions: tuple[ListedSession, ...]
    zone: str
    """The organisation's time zone now."""
    everybody: bool
