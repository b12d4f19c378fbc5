"""Records on their way to becoming a batch: decoded one by one, the bad ones set aside with the reason."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashapp.data.store.arrivals import Arrived, Buried
from dashapp.data.store.writer import Prepared
from dashapp.domain.errors import Refused
from dashapp.domain.events import (
    Event,
    LearningEvent,
    RefusalReason,
    Source,
    Topic,
    UserEvent,
    Voided,
)
from dashapp.domain.keys import SourceId
from ingest.native import decode
from ingest.sources import SourceRegistry
from ingest.transports import Record


@dataclass(slots=True)
class Gathered:
    """What has been polled and not been handed over yet."""

    arrived: list[Arrived] = field(default_factory=list)
    buried: list[Buried] = field(default_factory=list)
    refused: Counter[Topic | None] = field(default_factory=Counter)
    """How many of `buried` there are of each kind of topic."""
    begun: float = 0.0
    """When the first record was polled, by the monotonic clock."""
    oldest: datetime | None = None

    def __len__(self) -> int:
        """How many records."""
        return len(self.arrived) + len(self.buried)

    def age(self) -> float:
        """Seconds since the first record was polled; 0 without one."""
        return time.monotonic() - self.begun if self else 0.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that are committed together."""

    records: Gathered
    prepared: Prepared | None
    """None where one of the events could not be prepared."""
    receipt: Any
    """The transport's."""


class Decoder:
    """Decodes records as their senders may send them."""

    def __init__(self, registry: SourceRegistry, max_bytes: int) -> None:
        """`max_bytes` is the setting MAX_EVENT_BYTES."""
        self._registry = registry
        self._max_bytes = max_bytes

    def add(self, records: Iterable[Record], gathered: Gathered) -> None:
        """Appends the decoded records. Raises Unavailable, with none or some of them added."""
        if not gathered:
            gathered.begun = time.monotonic()
        arrived, max_bytes = gathered.arrived, self._max_bytes
        senders: dict[tuple[str, SourceId | str | None], Source] = {}
        for record in records:
            place, received_at, kind, sender = record
            if gathered.oldest is None or received_at < gathered.oldest:
                gathered.oldest = received_at
            source = None
            try:
                source = senders.get((place.topic, sender))
                if source is None:
                    source = senders[place.topic, sender] = self._source(record)
                if kind is None:
                    raise Refused(RefusalReason.FORBIDDEN_KIND, "no kind of event belongs to this topic")
                arrived.append(Arrived(decode(place.body, kind, source, max_bytes), source, received_at, place))
            except Refused as refused:
                gathered.refused[kind] += 1
                gathered.buried.append(Buried(place, source, refused.reason, refused.detail))

    def _source(self, record: Record) -> Source:
        if isinstance(record.sender, int):
            return self._registry.of_id(record.sender)
        return self._registry.of_topic(record.place.topic, record.sender)


def kind_of(event: Event) -> Topic:
    """The kind of topic that an event belongs to; a voiding counts as a learning event."""
    if isinstance(event, LearningEvent | Voided):
        return Topic.LEARNING
    return Topic.USER if isinstance(event, UserEvent) else Topic.CONTENT
