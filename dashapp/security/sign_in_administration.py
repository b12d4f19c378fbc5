"""What an administrator decides about the ways in: providers, keys of services, and new local accounts.

Accounts that are there are closed, opened and given links by `dashapp.security.people`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.accounts import person_of_account
from dashapp.data.store.audit import record
from dashapp.data.store.identity_providers import IdentityProvider
from dashapp.data.store.organisations import read_short_name
from dashapp.data.store.service_keys import MARK, NewServiceKey, make_service_key, revoke_service_key
from dashapp.domain.audit import Action, Actor, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Principal
from dashapp.domain.sign_in import SignInRefused
from dashapp.security.accounts import link_to_set_password, open_account
from dashapp.security.acting import acting
from dashapp.security.openid_pages import address_back
from dashapp.security.outgoing import Outgoing
from dashapp.security.passwords import plain_name
from dashapp.security.provider_trust import ProviderTrust, is_provider_name
from dashapp.security.service_keys import ServiceScope
from dashapp.settings import Settings

LONGEST_NAME: Final = 100
MOST_DAYS: Final = 1825


@dataclass(frozen=True, slots=True)
class SignInAdministration:
    """Acts for one administrator. Every action is done when it returns; all raise Unavailable."""

    database: Database
    clock: Clock
    settings: Settings
    principal: Principal

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    @property
    def _by(self) -> Actor:
        return acting(self.principal, ViewerRole.ADMINISTRATOR)

    def add_provider(self, name: str, title: str, issuer: str, client_id: str) -> str:
        """Registers a provider; the address back, which it wants to know. Raises SignInRefused.

        One that is there is changed by whoever runs the service only: its claims may make administrators.
        """
        if not is_provider_name(name):
            raise SignInRefused("name")
        if not client_id or not client_id.isprintable():
            raise SignInRefused("client")
        try:
            Outgoing(self.settings).check(issuer)
        except AnalyticsError:
            raise SignInRefused("issuer") from None
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            trust = ProviderTrust(connection, self._organisation, self.clock, self._by, self.principal.person_id)
            provider = IdentityProvider(name, title or name, issuer, client_id)
            if not trust.is_free(name):
                raise SignInRefused("taken")
            try:
                trust.set(provider)
            except AnalyticsError:
                raise SignInRefused("taken") from None
            organisation = read_short_name(connection, self._organisation)
        return address_back(self.settings.public_url, organisation, name)

    def switch_provider(self, name: str, *, enabled: bool) -> None:
        """Offers a provider, or does not any more: its sessions end. Raises NotFound."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            trust = ProviderTrust(connection, self._organisation, self.clock, self._by, self.principal.person_id)
            trust.switch(name, enabled=enabled)

    def remove_provider(self, name: str) -> None:
        """Takes a provider away. Raises NotFound."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            trust = ProviderTrust(connection, self._organisation, self.clock, self._by, self.principal.person_id)
            trust.remove(name)

    def make_key(self, name: str, days: int) -> str:
        """A key of a service: the only moment at which the whole of it is known. Raises SignInRefused."""
        if not name or not name.isprintable() or len(name) > LONGEST_NAME:
            raise SignInRefused("key")
        if not 1 <= days <= MOST_DAYS:
            raise SignInRefused("days")
        now = self.clock()
        scopes = (ServiceScope.READ_COURSES.value,)
        new = NewServiceKey(name, scopes, self._by.key, now + timedelta(days=days))
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            prefix, key = make_service_key(connection, self._organisation, new, now)
            record(connection, self._organisation, self._by, Action.KEY_MADE, {"subject": f"key {MARK}{prefix}"})
        return key

    def revoke_key(self, prefix: str) -> None:
        """Ends a key from the next request on. Raises NotFound."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if not revoke_service_key(connection, self._organisation, prefix, self.clock()):
                raise NotFound("There is no such key.")
            record(connection, self._organisation, self._by, Action.KEY_REVOKED, {"subject": f"key {MARK}{prefix}"})

    def open_account(self, name: str) -> str:
        """An account for somebody who has no entry yet; the link with which they set their password once.

        Raises SignInRefused.
        """
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if person_of_account(connection, self._organisation, plain_name(name)) is not None:
                raise SignInRefused("account-taken")
            try:
                _person, account = open_account(connection, self._organisation, name, self.clock, self._by)
            except AnalyticsError:
                raise SignInRefused("account") from None
            place = (self.settings.public_url, self._organisation, read_short_name(connection, self._organisation))
            return link_to_set_password(connection, place, account, self._by, self.clock)
