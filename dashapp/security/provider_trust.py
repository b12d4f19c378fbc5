"""Providers of OpenID Connect are set, switched and removed here: by commands and by the page alike.

Whoever ends the trust in an issuer ends its sessions, and what its sign-ins have granted, in the same transaction.
"""

from dataclasses import dataclass

from dashapp.data.database import Connection
from dashapp.data.store.audit import record
from dashapp.data.store.identity_providers import (
    IdentityProvider,
    enable_provider,
    has_provider,
    register_provider,
    remove_provider,
)
from dashapp.data.store.locks import own_sessions
from dashapp.data.store.sessions import Ender, SessionChoice, end_sessions
from dashapp.data.store.signed_in import end_grants_of
from dashapp.domain.audit import Action, Actor, person_subject
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.sessions import Voucher


def is_provider_name(name: str) -> bool:
    """Whether a provider can be called so: it is a part of addresses."""
    return 0 < len(name) <= 63 and name.isascii() and name.replace("-", "").isalnum()


@dataclass(frozen=True, slots=True)
class ProviderTrust:
    """In a transaction of la_jobs that acts for the organisation."""

    connection: Connection
    organisation: OrganisationId
    clock: Clock
    by: Actor
    own: PersonId | None = None
    """Who acts; None: an operator."""

    def is_free(self, name: str) -> bool:
        """Whether no provider is called so yet; until the transaction ends, nobody else takes the name."""
        own_sessions(self.connection, self.organisation)
        return not has_provider(self.connection, self.organisation, name)

    def set(self, provider: IdentityProvider) -> str | None:
        """Registers a provider, or changes the one of this name; the issuer that it stood for until now, if it was
        another one. Raises AnalyticsError where another provider has its issuer."""
        own_sessions(self.connection, self.organisation)
        former = register_provider(self.connection, self.organisation, provider, self.clock(), self.by.key)
        if former is not None:
            self._end(former)
        self._record(Action.PROVIDER_SET, f"provider {provider.name}")
        return former

    def switch(self, name: str, *, enabled: bool) -> None:
        """Offers a provider on the sign-in page, or does not any more. Raises NotFound."""
        own_sessions(self.connection, self.organisation)
        issuer = enable_provider(self.connection, self.organisation, name, enabled)
        if issuer is None:
            raise NotFound("There is no such provider.")
        if not enabled:
            self._end(issuer)
        self._record(Action.PROVIDER_SET, f"provider {name}", enabled=enabled)

    def remove(self, name: str) -> None:
        """Takes a provider away. Raises NotFound."""
        own_sessions(self.connection, self.organisation)
        issuer = remove_provider(self.connection, self.organisation, name)
        if issuer is None:
            raise NotFound("There is no such provider.")
        self._end(issuer)
        self._record(Action.PROVIDER_REMOVED, f"provider {name}")

    def _end(self, issuer: str) -> None:
        for person in end_grants_of(self.connection, self.organisation, issuer, self.clock()):
            self._record(Action.ADMINISTRATOR_ENDED, person_subject(person))
        chosen = SessionChoice(voucher=Voucher.provider(issuer))
        end_sessions(self.connection, self.organisation, chosen, Ender(self.by, self.own))

    def _record(self, action: Action, subject: str, **detail: object) -> None:
        record(self.connection, self.organisation, self.by, action, {"subject": subject, **detail})
