"""Which registered sender a record comes from. The sender alone decides the organisation and what it may send."""

import time
from collections.abc import Callable, Mapping
from threading import Lock

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.senders import RegisteredSource, read_senders
from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason, Source
from dashapp.domain.keys import SourceId

REFRESH_SECONDS = 30.0
"""A sender that was registered, changed or disabled is noticed after this long at the latest."""
ASK_AGAIN_SECONDS = 1.0
"""Something unknown makes the registry look again, but not more often than this: a topic full of strangers must not
become a flood of queries."""


class SourceRegistry:
    """The registered senders, read from the database when needed and kept for a while. Safe to share by threads."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read yet."""
        self._database = database
        self._monotonic = monotonic
        self._lock = Lock()
        self._read_at = float("-inf")
        self._by_id: Mapping[SourceId, Source] = {}
        self._by_topic: Mapping[str, Mapping[str, Source]] = {}

    def of_topic(self, topic: str, name: str | None) -> Source:
        """The sender of a record on this Kafka topic: the one its header names, else the only one of the topic.

        Raises Refused (unknown_source), or Unavailable when the database cannot be asked.
        """
        with self._lock:
            self._refresh(REFRESH_SECONDS)
            found = self._find(topic, name)
            if found is None and self._refresh(ASK_AGAIN_SECONDS):
                found = self._find(topic, name)
        if found is not None:
            return found
        if name is not None:
            raise Refused(RefusalReason.UNKNOWN_SOURCE, "the record's header names no sender that may use this topic")
        raise Refused(
            RefusalReason.UNKNOWN_SOURCE, "no sender, or more than one, may use this topic and no header names one"
        )

    def of_id(self, source_id: SourceId) -> Source:
        """The sender of an inbox row. Raises as `of_topic` does."""
        with self._lock:
            self._refresh(REFRESH_SECONDS)
            found = self._by_id.get(source_id)
            if found is None and self._refresh(ASK_AGAIN_SECONDS):
                found = self._by_id.get(source_id)
        if found is None:
            raise Refused(RefusalReason.UNKNOWN_SOURCE, "the sender is not registered, or not enabled")
        return found

    def _find(self, topic: str, name: str | None) -> Source | None:
        senders = self._by_topic.get(topic, {})
        if name is not None:
            return senders.get(name)
        return next(iter(senders.values())) if len(senders) == 1 else None

    def _refresh(self, older_than: float) -> bool:
        """Reads the senders again if that was longer ago; whether it did."""
        if self._monotonic() - self._read_at < older_than:
            return False
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            registered = read_senders(connection)
        self._by_id = {each.source.source_id: each.source for each in registered}
        self._by_topic = _by_topic(registered)
        self._read_at = self._monotonic()
        return True


def _by_topic(registered: list[RegisteredSource]) -> dict[str, dict[str, Source]]:
    found: dict[str, dict[str, Source]] = {}
    for each in registered:
        for topic in each.topics:
            found.setdefault(topic, {})[each.source.name] = each.source
    return found
