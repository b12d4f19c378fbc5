"""How people and services come in: what the page about it shows."""

from dataclasses import dataclass
from datetime import datetime

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import PublicId


class SignInRefused(AnalyticsError):
    """A provider, a key or an account cannot be like that; `field` says what is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider of OpenID Connect."""

    name: str
    title: str
    issuer: str
    client_id: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class ServiceKeyRow:
    """A key of a service, without its secret."""

    prefix: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A local account, and whose it is."""

    person: PublicId
    sign_in_name: str
    name: str
    enabled: bool
    has_password: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignInView:
    """Everything that the page shows."""

    zone: str
    organisation: str
    """Its short name, as it stands in addresses."""
    providers: tuple[ProviderRow, ...]
    keys: tuple[ServiceKeyRow, ...]
    """Those that hold first, the newest first."""
    accounts: tuple[AccountRow, ...]
    """Of those that were searched, as many as the page lists."""
    found: int
    """How many accounts fit what was searched."""
    searched: bool = False
