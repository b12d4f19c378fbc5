"""Keys by public id, remembered for a minute."""

from collections.abc import Callable
from time import monotonic
from typing import Final
from uuid import UUID

from dashapp.domain.keys import OrganisationId

ID_SECONDS: Final = 60.0
MOST_IDS: Final = 50_000


class KnownIds:
    """Keys by public id, for a minute: a merge may give a person's id another key. Safe to share between threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[OrganisationId, UUID], tuple[float, int]] = {}

    def find(self, organisation: OrganisationId, public_id: UUID, look_up: Callable[[], int]) -> int:
        """The key; raises what `look_up` raises, and then remembers nothing."""
        known = self._known.get((organisation, public_id))
        if known is not None and monotonic() - known[0] < ID_SECONDS:
            return known[1]
        key = look_up()
        if len(self._known) >= MOST_IDS:
            self._known.clear()
        self._known[organisation, public_id] = (monotonic(), key)
        return key
