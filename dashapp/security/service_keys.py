"""Other services that read from the API: the key that they show, and what it opens.

A service is nobody's account: it sees an organisation in groups, as an administrator does, and never a name.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.service_keys import MARK, ServiceKey, find_service_key, hash_of, note_use
from dashapp.domain.audience import MINIMUM_GROUP, Audience
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.scope import Scope


class ServiceScope(StrEnum):
    """What a key may open."""

    READ_COURSES = "read:courses"
    """The list of courses with the key figures of groups."""


@dataclass(frozen=True, slots=True)
class Service:
    """Another service, as its key says."""

    organisation_id: OrganisationId
    prefix: str
    name: str
    scopes: frozenset[ServiceScope]
    expires_at: str
    """As ISO 8601 writes it."""

    @classmethod
    def of(cls, key: ServiceKey) -> Self:
        """The service of a key; scopes that this version does not know open nothing."""
        known = {scope.value for scope in ServiceScope}
        scopes = frozenset(ServiceScope(word) for word in key.scopes if word in known)
        return cls(key.organisation_id, key.prefix, key.name, scopes, key.expires_at.isoformat())

    def scope(self, needed: ServiceScope, minimum_group: int = MINIMUM_GROUP) -> Scope:
        """What it may read: all courses, in groups of at least k. Raises NotPermitted without the scope."""
        if needed not in self.scopes:
            raise NotPermitted("This key does not open that.")
        # No person asks, so no row of a person is the reader's own.
        return Scope(self.organisation_id, PersonId(0), Audience.AGGREGATE, None, None, minimum_group)


@dataclass(frozen=True, slots=True)
class KnownServices:
    """Knows services by their keys. Safe to share between threads."""

    database: Database
    clock: Clock

    def identify(self, authorization: str | None) -> Service | None:
        """Who shows this `Authorization` header; None for anything but a key that holds now.

        Read at every request, so a key that is revoked is refused from the next one on. Raises Unavailable.
        """
        scheme, _, shown = (authorization or "").partition(" ")
        prefix, parted, secret = shown.strip().removeprefix(MARK).partition("_")
        if scheme.lower() != "bearer" or not parted or not shown.strip().startswith(MARK) or "\0" in prefix:
            return None
        now = self.clock()
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            key = find_service_key(connection, prefix[:64])
            right = hmac.compare_digest(key.secret_hash if key else bytes(32), hash_of(secret))
            if key is None or not right or key.revoked_at is not None or key.expires_at <= now:
                return None
            note_use(connection, key, now)
        return Service.of(key)
