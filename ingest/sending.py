"""Putting events into the transport: what importers and the demo do. The other end is `ingest.transports`."""

import socket
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Event, Source, Topic
from dashapp.settings import Settings
from ingest.gathering import kind_of
from ingest.native import encode

SOURCE_HEADER: Final = "source"
"""The record header by which a sender names itself where several share a topic."""
CONNECT_MS: Final = 5_000
"""How long an attempt to reach the brokers may take."""
SEND_MS: Final = 30_000
"""How long a record may wait for its acknowledgement before the sender is told that the broker is away."""
PUT_AT_ONCE: Final = 5_000


Told = tuple[Event, bytes]
"""An event and the record it was told in, of which other events may come, too."""


class Sender(Protocol):
    """Takes events of one registered source."""

    def send(self, events: Sequence[Event]) -> None:
        """Puts events into the transport. When this returns they are safe. Raises Unavailable: then any number of them
        are, and sending all of them again does no harm."""

    def close(self) -> None:
        """Gives the connection back."""


class RecordSender(Sender, Protocol):
    """Takes records that were told in other words than ours, too."""

    def send_told(self, told: Sequence[Told]) -> None:
        """As `send`: the records go as they are, so that they are read there as they were read here."""


class InboxSender:
    """Puts events into the inbox table."""

    def __init__(self, settings: Settings, database: Database, source: Source) -> None:
        """Opens nothing."""
        self._database = database
        self._source = source
        self._pseudonym_key = settings.pseudonym_key

    def send(self, events: Sequence[Event]) -> None:
        """See `Sender.send`."""
        self.send_told([(event, encode(event, self._source.issuer)) for event in events])

    def send_told(self, told: Sequence[Told]) -> None:
        """See `RecordSender.send_told`."""
        for start in range(0, len(told), PUT_AT_ONCE):
            with self._database.transaction(DatabaseRole.INGEST, None) as connection:
                for topic, part in groupby(_each_once(told[start : start + PUT_AT_ONCE]), lambda one: kind_of(one[0])):
                    bodies = [body for _, body in part]
                    inbox.put(connection, self._source.source_id, topic, bodies, self._pseudonym_key)

    def close(self) -> None:
        """See `Sender.close`."""


class KafkaSender:
    """Produces to the topics of the settings, keyed by person or course so that records spread over partitions."""

    def __init__(self, settings: Settings, source: Source) -> None:
        """Connects at the first send."""
        self._settings = settings
        self._source = source
        self._topics = dict(zip(Topic, settings.kafka_topics, strict=True))
        self._producer: Any = None

    def send(self, events: Sequence[Event]) -> None:
        """See `Sender.send`."""
        self.send_told([(event, encode(event, self._source.issuer)) for event in events])

    def send_told(self, told: Sequence[Told]) -> None:
        """See `RecordSender.send_told`."""
        headers = [(SOURCE_HEADER, self._source.name.encode())]
        try:
            producer = self._connect()
            sent = [
                producer.send(
                    self._topics[kind_of(event)],
                    value=body,
                    key=_key(event),
                    headers=headers,
                )
                for event, body in _each_once(told)
            ]
            producer.flush(timeout=SEND_MS / 1000)
            for record in sent:
                record.get(timeout=0)
        except (KafkaError, OSError) as error:
            self.close()
            raise Unavailable(f"The broker did not take the events: {type(error).__name__}.") from error

    def close(self) -> None:
        """See `Sender.close`."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=1)

    def _connect(self) -> Any:
        if self._producer is None:
            check_reachable(self._settings.kafka_brokers)
            self._producer = KafkaProducer(
                **self._settings.kafka_client_options(),
                acks="all",
                linger_ms=5,
                batch_size=262_144,
                bootstrap_timeout_ms=CONNECT_MS,
                max_block_ms=CONNECT_MS,
                delivery_timeout_ms=SEND_MS,
                request_timeout_ms=SEND_MS // 2,
            )
        return self._producer


def check_reachable(addresses: Sequence[str]) -> None:
    """Raises OSError where nobody listens at any of the addresses. The producer would find out too, only much later,
    and leave its sockets open."""
    failure = OSError("no brokers are configured")
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_MS / 1000).close()
        except OSError as error:
            failure = error
        else:
            return
    raise failure


def sender_for(settings: Settings, database: Database, source: Source) -> RecordSender:
    """To Kafka where brokers are configured, else to the inbox."""
    if settings.kafka_brokers:
        return KafkaSender(settings, source)
    return InboxSender(settings, database, source)


def _each_once(told: Sequence[Told]) -> Iterator[Told]:
    """Without the events behind the first one of a record."""
    before: bytes | None = None
    for event, body in told:
        if body is not before:
            yield event, body
        before = body


def _key(event: Event) -> bytes:
    named = getattr(event, "person", None) or getattr(event, "course", None)
    return b"" if named is None else str(named.value).encode()
