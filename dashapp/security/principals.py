"""Who a session stands for now: read from the memberships, remembered for a few seconds.

A right that ends is therefore gone within `REMEMBERED`, however long the session lasts.
"""

from collections.abc import Collection
from dataclasses import replace
from time import monotonic
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import principal_for, principals_for
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import SignInMethod
from dashapp.security.sessions import Session

REMEMBERED: Final = 5.0
"""Seconds."""
MOST_REMEMBERED: Final = 20_000


def as_signed_in(principal: Principal, method: SignInMethod) -> Principal:
    """The principal as a way of signing in makes them: what a learning platform vouches for is neither administrator
    nor adviser nor guardian, since its own administrators can be anybody there. What it vouches for is courses."""
    if method is not SignInMethod.LTI:
        return principal
    return replace(principal, administers=False, advises=frozenset(), guards=frozenset())


class Principals:
    """Finds the principal of a session. Safe to share between threads: at worst one is read twice."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[tuple[int, object], tuple[float, Principal | None]] = {}

    def __call__(self, session: Session) -> Principal | None:
        """The principal; None where the person is gone. Raises Unavailable while the database is away."""
        principal = self._recall(session)
        return None if principal is None else as_signed_in(principal, session.method)

    def _recall(self, session: Session) -> Principal | None:
        key = (int(session.organisation_id), session.person)
        known = self._known.get(key)
        if known is not None and monotonic() - known[0] < REMEMBERED:
            return known[1]
        read = monotonic()
        principal = self._read(session.organisation_id, session.person)
        self._remember(key, (read, principal))
        return principal

    def _remember(self, key: tuple[int, object], known: tuple[float, Principal | None]) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = known

    def read_all(self, organisation_id: OrganisationId, people: Collection[PublicId]) -> dict[PublicId, Principal]:
        """Who these people are now, read anew in one go and remembered; those who are gone are left out.

        Raises Unavailable.
        """
        read = monotonic()
        with self._database.transaction(DatabaseRole.WEB, organisation_id) as connection:
            found = principals_for(connection, organisation_id, people, self._clock())
        for person in people:
            self._remember((int(organisation_id), person), (read, found.get(person)))
        return found

    def forget(self, organisation_id: OrganisationId, person: PublicId) -> None:
        """Has somebody read anew, who has just got other roles."""
        self._known.pop((int(organisation_id), person), None)

    def of(self, organisation_id: OrganisationId, person: PublicId) -> Principal | None:
        """Who somebody is now, whoever asks; None where there is no such person."""
        return self._read(organisation_id, person)

    def _read(self, organisation_id: OrganisationId, person: PublicId) -> Principal | None:
        with self._database.transaction(DatabaseRole.WEB, organisation_id) as connection:
            try:
                return principal_for(connection, organisation_id, person, self._clock())
            except NotFound:
                return None
