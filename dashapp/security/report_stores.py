"""The store into which schedules put copies: set, tried out and taken away by administrators."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from dashapp.data.database import Connection, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.report_stores import read_store, remove_store, set_store
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.errors import NotPermitted
from dashapp.domain.principal import Principal
from dashapp.domain.schedules.stores import (
    ReportStore,
    StoreAccess,
    StoreError,
    StoreRefused,
    checked_secret,
    checked_store,
)
from dashapp.security.acting import acting
from dashapp.security.guard import stands_alone
from dashapp.security.outgoing import Outgoing, OutgoingError
from dashapp.security.sealing import Seals
from dashapp.security.stores import TRY_SECONDS, StoreClient
from dashapp.services import Services

_PURPOSE: Final = b"report store"
_TRY_WHOLE: Final = 2 * TRY_SECONDS


def opened_store(secret_keys: Sequence[str], found: tuple[ReportStore, str] | None) -> StoreAccess | None:
    """A store as it is kept, with its secret; None where there is none, or its secret cannot be opened any more."""
    secret = Seals(_PURPOSE, secret_keys).open(found[1]) if found else None
    return StoreAccess(found[0], secret) if found and secret is not None else None


@dataclass(frozen=True, slots=True)
class StoreDesk:
    """Acts for one principal. All raise Unavailable, and NotPermitted for who is no administrator."""

    services: Services
    principal: Principal

    def store(self) -> ReportStore | None:
        """What is set, without its secret."""
        self._demand()
        with self._transaction() as connection:
            found = read_store(connection, self.principal.organisation_id)
        return found[0] if found else None

    def set(self, store: ReportStore, secret: str) -> None:
        """Sets the store. Without a secret the one that is set stays, as long as it belongs to the same key at the same
        place. Raises StoreRefused."""
        self._demand()
        made = checked_store(store)
        try:
            Outgoing(self.services.settings).check(made.endpoint)
        except OutgoingError:
            raise StoreRefused("endpoint") from None
        organisation, seals = self.principal.organisation_id, Seals(_PURPOSE, self.services.settings.secret_keys)
        with self._transaction() as connection:
            if secret.strip():
                sealed = seals.seal(checked_secret(secret))
            else:
                sealed = _kept(read_store(connection, organisation), made)
            by, now = str(self.principal.public_id), self.services.clock()
            set_store(connection, organisation, (made, sealed), by, now)
            self._record(connection, Action.STORE_SET, place=made.place, access_key=made.access_key)

    def try_out(self) -> bool:
        """Puts a small object into the store and takes it away; False where it could not be taken away.
        Raises StoreError."""
        self._demand()
        with self._transaction() as connection:
            found = read_store(connection, self.principal.organisation_id)
        access = opened_store(self.services.settings.secret_keys, found)
        if access is None:
            raise StoreError("no_store")
        client = StoreClient(Outgoing(self.services.settings), access, _TRY_WHOLE, TRY_SECONDS)
        return client.try_out(access.store.key(f"try-{uuid4()}"))

    def remove(self) -> None:
        """Takes the store away, with its secret; copies that wait for it fail."""
        self._demand()
        with self._transaction() as connection:
            if remove_store(connection, self.principal.organisation_id):
                self._record(connection, Action.STORE_REMOVED)

    def _demand(self) -> None:
        if stands_alone() or not self.principal.administers:
            raise NotPermitted("The store is for administrators.")

    def _record(self, connection: Connection, action: Action, **detail: object) -> None:
        what = {"subject": ORGANISATION_SUBJECT, **detail}
        actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
        record(connection, self.principal.organisation_id, actor, action, what)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self.services.database.transaction(DatabaseRole.JOBS, self.principal.organisation_id)


def _kept(found: tuple[ReportStore, str] | None, made: ReportStore) -> str:
    """The sealed secret that stays. Raises StoreRefused."""
    if found is None or (found[0].endpoint, found[0].access_key) != (made.endpoint, made.access_key):
        raise StoreRefused("secret")
    return found[1]
