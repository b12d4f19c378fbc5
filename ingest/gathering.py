"""Records on their way to becoming a batch: decoded one by one, the bad ones set aside with the reason.

A record may hold many events. They stay together in one batch, since the transport knows records only.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dashapp.data.store.arrivals import Arrived, Buried, Place
from dashapp.data.store.writer import Prepared
from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason, Source, Topic
from dashapp.domain.keys import SourceId
from ingest.formats import decode_items, kind_of
from ingest.native import decode
from ingest.sources import SourceRegistry
from ingest.transports import Record

__all__ = ["Batch", "Decoder", "Gathered", "kind_of"]

_Sender = tuple[str, SourceId | str | None]


@dataclass(slots=True)
class Gathered:
    """What has been polled and not been handed over yet."""

    arrived: list[Arrived] = field(default_factory=list)
    buried: list[Buried] = field(default_factory=list)
    refused: Counter[Topic | None] = field(default_factory=Counter)
    """How many of `buried` there are of each kind of topic."""
    silent: int = 0
    """Records in which nothing was that is counted or refused; they are done with all the same."""
    replayed: list[Place] = field(default_factory=list)
    """The places of records that are dead letters come again, whatever is in them."""
    begun: float = 0.0
    """When the first record was polled, by the monotonic clock."""
    oldest: datetime | None = None

    def __len__(self) -> int:
        """How many events and dead letters, and records without either."""
        return len(self.arrived) + len(self.buried) + self.silent

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
        self._density = 1.0

    def add(self, records: Sequence[Record], gathered: Gathered) -> None:
        """Appends the decoded records. Raises Unavailable, with none or some of them added."""
        if not gathered:
            gathered.begun = time.monotonic()
        before = len(gathered)
        arrived, max_bytes = gathered.arrived, self._max_bytes
        senders: dict[_Sender, Source] = {}
        foreign: set[_Sender] = set()
        for record in records:
            place, received_at, kind, sender = record
            if gathered.oldest is None or received_at < gathered.oldest:
                gathered.oldest = received_at
            if place.letter is not None:
                gathered.replayed.append(place)
            source = None
            try:
                source = senders.get((place.topic, sender))
                if source is None:
                    source = senders[place.topic, sender] = self._source(record)
                if kind is None:
                    raise Refused(RefusalReason.FORBIDDEN_KIND, "no kind of event belongs to this topic")
                if not foreign or (place.topic, sender) not in foreign:
                    # Most records are native, and recognising a format costs more than to try this one.
                    arrived.append(Arrived(decode(place.body, kind, source, max_bytes), source, received_at, place))
                    continue
            except Refused as refused:
                if source is None or kind is None:
                    gathered.refused[kind] += 1
                    claimed = place if sender is None else replace(place, sender=str(sender))
                    gathered.buried.append(Buried(claimed, source, refused.reason, refused.detail))
                    continue
            if self._add_items(record, source, gathered):
                foreign.add((place.topic, sender))
        if records:
            self._density = (len(gathered) - before) / len(records)

    def records_for(self, events: int) -> int:
        """How many records to poll for about so many events, going by the records that came last."""
        return max(1, int(events / max(1.0, self._density)))

    def _add_items(self, record: Record, source: Source, gathered: Gathered) -> bool:
        """Appends what is in a record that is no native event, or a bad one; whether it was a good one."""
        place, received_at, kind, _ = record
        assert kind is not None
        items = decode_items(place.body, kind, source, self._max_bytes)
        good = not items
        gathered.silent += good
        for outcome, body in items:
            # Each has a place of its own: one of them may be refused by the database, and the others not.
            own = place if len(items) == 1 else replace(place, body=body)
            if isinstance(outcome, Refused):
                gathered.refused[kind] += 1
                gathered.buried.append(Buried(own, source, outcome.reason, outcome.detail))
            else:
                good = True
                gathered.arrived.append(Arrived(outcome, source, received_at, own))
        return good

    def _source(self, record: Record) -> Source:
        if isinstance(record.sender, int):
            return self._registry.of_id(record.sender)
        return self._registry.of_topic(record.place.topic, record.sender)
