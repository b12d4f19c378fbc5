"""Putting records of any sender into the transport as they came: what the HTTP collectors stand on.

`ingest.sending` encodes events of one sender; here nobody's bytes are changed, and many senders share one transaction
or one flush.
"""

from collections.abc import Sequence
from itertools import groupby
from threading import Lock
from typing import Any, Final, NamedTuple, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.errors import Refused, Unavailable
from dashapp.domain.events import RefusalReason, Topic
from dashapp.domain.keys import SourceId
from dashapp.settings import Settings
from ingest.sending import CONNECT_MS, SOURCE_HEADER, check_reachable

ANSWER_MS: Final = 10_000
"""How long a record may wait for the database or for the acknowledgement of the brokers: a sender holds its connection
open for it."""
ENVELOPE_BYTES: Final = 65_536
"""What a record has besides its body, in the limit of a request to the brokers."""


class Deposit(NamedTuple):
    """One record, as it came."""

    source: RegisteredSource
    topic: Topic
    body: bytes
    key: bytes
    """Spreads records over partitions: the person's or the course's id; empty: over all of them."""


class Depository(Protocol):
    """Where records are safe. Any number of threads may share one."""

    def put(self, deposits: Sequence[Deposit]) -> None:
        """Records are safe when this returns.

        Raises Unavailable: then, over Kafka, some of them may be safe all the same, and putting all of them again does
        no harm. Raises Refused where the transport can never take one of them.
        """

    def close(self) -> None:
        """Gives the connection back."""


class InboxDepository:
    """The inbox table: all deposits in one transaction."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Opens nothing."""
        self._database = database
        self._pseudonym_key = settings.pseudonym_key

    def put(self, deposits: Sequence[Deposit]) -> None:
        """See `Depository.put`. All of them are safe, or none."""
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            inbox.wait_at_most(connection, ANSWER_MS)
            for (source_id, topic), group in groupby(sorted(deposits, key=_sender_and_topic), _sender_and_topic):
                inbox.put(connection, source_id, topic, [each.body for each in group], self._pseudonym_key)

    def close(self) -> None:
        """See `Depository.close`."""


def _sender_and_topic(deposit: Deposit) -> tuple[SourceId, Topic]:
    return deposit.source.source.source_id, deposit.topic


class KafkaDepository:
    """The topics of the settings, with every replica's acknowledgement."""

    def __init__(self, settings: Settings) -> None:
        """Connects at the first use."""
        self._settings = settings
        self._topics = dict(zip(Topic, settings.kafka_topics, strict=True))
        self._lock = Lock()
        self._producer: Any = None

    def put(self, deposits: Sequence[Deposit]) -> None:
        """See `Depository.put`."""
        producer = None
        try:
            producer = self._connect()
            sent = [
                producer.send(
                    self._topics[each.topic],
                    value=each.body,
                    key=each.key or None,
                    headers=[(SOURCE_HEADER, each.source.source.name.encode())],
                )
                for each in deposits
            ]
            producer.flush(timeout=ANSWER_MS / 1000)
            for record in sent:
                record.get(timeout=0)
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            # An idempotent producer gives up for ever when a broker refuses a record.
            self._drop(producer)
            raise Refused(RefusalReason.TOO_LARGE, "larger than the brokers take") from error
        except (KafkaError, OSError) as error:
            # What the old one still holds must not arrive after its senders were told that it did not.
            self._drop(producer)
            raise Unavailable(f"The brokers did not take the records: {type(error).__name__}.") from error

    def close(self) -> None:
        """See `Depository.close`."""
        self._drop(self._producer)

    def _connect(self) -> Any:
        with self._lock:
            if self._producer is None:
                check_reachable(self._settings.kafka_brokers)
                self._producer = KafkaProducer(
                    **self._settings.kafka_client_options(),
                    acks="all",
                    enable_idempotence=True,
                    batch_size=262_144,
                    max_request_size=self._settings.max_event_bytes + ENVELOPE_BYTES,
                    bootstrap_timeout_ms=CONNECT_MS,
                    max_block_ms=CONNECT_MS,
                    delivery_timeout_ms=ANSWER_MS,
                    request_timeout_ms=ANSWER_MS // 2,
                )
            return self._producer

    def _drop(self, producer: Any) -> None:
        with self._lock:
            if producer is None or self._producer is not producer:
                return
            self._producer = None
        producer.close(timeout=1)


def depository_for(settings: Settings, database: Database) -> Depository:
    """Kafka where brokers are configured, else the inbox."""
    return KafkaDepository(settings) if settings.kafka_brokers else InboxDepository(settings, database)
