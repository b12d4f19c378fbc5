"""The ways that the events of an import take: counted by this process, or through the transport."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from threading import Event as Signal
from time import monotonic
from typing import Any, Protocol

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.status import inbox_backlog
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Event, Source
from dashapp.settings import Settings
from ingest.bulk import bulk_loader
from ingest.sending import Told, sender_for

BATCH_EVENTS = 10_000
FULL_INBOX = 50_000
"""Events in the inbox at which an import waits for the ingest."""
LOOK_AGAIN_SECONDS = 0.2


class Refusal(AnalyticsError):
    """The import cannot be done as asked: a sentence for the terminal, exit code 2."""


class Through(StrEnum):
    """The way that the events take."""

    HERE = "here"
    """Counted by this process, no queue between."""
    INBOX = "inbox"
    KAFKA = "kafka"


WHERE = {
    Through.HERE: "counted by this process",
    Through.INBOX: "put into the inbox",
    Through.KAFKA: "sent to Kafka",
}
"""What happens to events, in words."""


def way_of(settings: Settings, wished: Through | None) -> Through:
    """The way that was asked for; else Kafka where brokers are configured, else here. Raises Refusal."""
    if wished is Through.KAFKA and not settings.kafka_brokers:
        raise Refusal("KAFKA_BROKERS is not set, so nothing can be sent to Kafka.")
    return wished or (Through.KAFKA if settings.kafka_brokers else Through.HERE)


@dataclass(slots=True)
class Tally:
    """What has become of an import so far. `rows`: those of earlier runs included; everything else is of this run."""

    rows: int = 0
    new: int = 0
    seen: int = 0
    refused: int = 0
    sent: int = 0
    held_back: int = 0
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that travel together, and the place up to which they reach, which is the importer's own."""

    events: Sequence[Event]
    mark: Any
    bodies: Sequence[bytes] = ()
    """The records they were told in, one for each event, where they were told in other words than ours."""

    def told(self) -> list[Told]:
        """The events with their records."""
        return list(zip(self.events, self.bodies or repeat(b""), strict=False))


class Reporter(Protocol):
    """Shows how it goes."""

    def say(self, sentence: str) -> None:
        """A sentence for the person at the terminal."""

    def advance(self, tally: Tally) -> None:
        """Further rows are safe."""


@dataclass(frozen=True, slots=True)
class Road:
    """Where events come from and where they go."""

    settings: Settings
    database: Database
    clock: Clock
    source: Source
    through: Through
    retention_days: int | None = None
    """The horizon of what is counted here; elsewhere it is that of whoever counts."""


class Delivery:
    """Takes batches along their road. `stop` ends it between two of them."""

    def __init__(self, road: Road, tally: Tally, stop: Signal) -> None:
        """`tally` is kept up to date."""
        self._road = road
        self._tally = tally
        self._stop = stop

    def deliver(self, batches: Iterator[Batch], reporter: Reporter) -> Iterator[Batch]:
        """Gives each batch back when it is safe. Raises Unavailable: what has been given back is safe then."""
        if self._road.through is Through.HERE:
            return self._count_here(batches)
        return self._send(batches, reporter)

    def _count_here(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        under_way: deque[Batch] = deque()

        def told() -> Iterator[list[Told]]:
            for batch in batches:
                under_way.append(batch)
                yield batch.told()

        road = self._road
        with bulk_loader(road.settings, road.database, road.retention_days) as loader:
            for counted in loader.load_told(road.source, told(), road.clock):
                self._tally.new += counted.new
                self._tally.seen += counted.seen
                self._tally.refused += counted.refused
                yield under_way.popleft()

    def _send(self, batches: Iterator[Batch], reporter: Reporter) -> Iterator[Batch]:
        road = self._road
        with closing(sender_for(road.settings, road.database, road.source)) as sender:
            for batch in batches:
                if road.through is Through.INBOX and not self._await_room(reporter):
                    return
                if batch.bodies:
                    sender.send_told(batch.told())
                else:
                    sender.send(batch.events)
                self._tally.sent += len(batch.events)
                yield batch

    def _await_room(self, reporter: Reporter) -> bool:
        """Waits while the inbox is full; False when the import was stopped meanwhile."""
        began = monotonic()
        told = False
        while not self._stop.is_set():
            with self._road.database.transaction(DatabaseRole.INGEST, None) as connection:
                waiting = sum(messages for messages, _oldest in inbox_backlog(connection).values())
            if waiting < FULL_INBOX:
                return True
            if not told and monotonic() - began > 30:
                told = True
                reporter.say("Nobody takes events out of the full inbox: is the service running?")
            self._stop.wait(LOOK_AGAIN_SECONDS)
        return False
