"""What holds of the visibility in each organisation, remembered for some seconds."""

from time import monotonic
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.visibility import read_visibility
from dashapp.domain.keys import OrganisationId
from dashapp.domain.visibility import Visibility

REMEMBERED: Final = 5.0
"""Seconds after which every process has heard of a decision."""


class Visibilities:
    """Safe to share between threads: at worst one is read twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[OrganisationId, tuple[float, Visibility]] = {}

    def of(self, organisation: OrganisationId) -> Visibility:
        """The decisions of an organisation. Raises Unavailable."""
        known = self._known.get(organisation)
        if known is not None and monotonic() - known[0] < REMEMBERED:
            return known[1]
        read = monotonic()
        with self._database.transaction(DatabaseRole.WEB, organisation) as connection:
            found = read_visibility(connection, organisation)
        self._known[organisation] = (read, found)
        return found

    def forget(self, organisation: OrganisationId) -> None:
        """Has the decisions of an organisation read anew, which have just been changed here."""
        self._known.pop(organisation, None)
