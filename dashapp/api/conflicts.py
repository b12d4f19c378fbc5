"""Whether an id of a request stands for something else already: xAPI wants the sender told at once.

What has been counted is in the ledger. What has been taken and not counted yet is remembered here for a while. What
another process has taken in that while is not known here; such a conflict becomes a dead letter, as those of the other
formats do.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final

from dashapp.api.items import Claim
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.ledger import known_contents
from dashapp.domain.events import Source
from dashapp.domain.keys import SourceId

REMEMBERED: Final = 100_000
"""Ids: at 15,000 statements/s those of some seven seconds, which is longer than they wait to be counted."""

_Name = tuple[SourceId, str]


class Conflicts:
    """Claims of one process. Safe to share by threads."""

    def __init__(self, database: Database) -> None:
        """Remembers nothing yet."""
        self._database = database
        self._lock = Lock()
        self._recent: OrderedDict[_Name, int] = OrderedDict()

    def first_conflicts(self, source: Source, requests: Sequence[Sequence[Claim]]) -> list[Claim | None]:
        """For the claims of each request, in their order, the first that contradicts an earlier one.

        The claims of a request without one are remembered until `forget`. Raises Unavailable when the ledger cannot be
        asked.
        """
        keys = {claim.key for claims in requests for claim in claims}
        with self._database.transaction(DatabaseRole.INGEST, source.organisation_id) as connection:
            counted = known_contents(connection, source.organisation_id, source.source_id, keys)
        with self._lock:
            return [self._claim(source.source_id, claims, counted) for claims in requests]

    def _claim(self, source_id: SourceId, claims: Sequence[Claim], counted: Mapping[str, int]) -> Claim | None:
        for claim in claims:
            known = counted.get(claim.key, self._recent.get((source_id, claim.key), claim.content))
            if known != claim.content:
                return claim
        for claim in claims:
            self._recent[source_id, claim.key] = claim.content
            self._recent.move_to_end((source_id, claim.key))
        while len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)
        return None

    def forget(self, source: Source, claims: Sequence[Claim]) -> None:
        """What was claimed did not become safe."""
        with self._lock:
            for claim in claims:
                self._recent.pop((source.source_id, claim.key), None)
