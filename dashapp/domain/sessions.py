"""How somebody signed in, and what their browser holds of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SignInMethod(StrEnum):
    """By what somebody proved who they are."""

    DEMO = "demo"
    LOCAL = "local"
    OIDC = "oidc"
    LTI = "lti"
    LINK = "link"


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
