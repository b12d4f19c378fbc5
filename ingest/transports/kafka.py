"""Apache Kafka by a consumer group, whose offsets stand in the database, in the transaction of the rows they mean.

The group only tells which partitions are ours. Offsets that Kafka holds are for lag tools: nothing is read from them.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import (
    AuthorizationError,
    IllegalStateError,
    KafkaError,
    LogTruncationError,
    OffsetOutOfRangeError,
    SaslAuthenticationFailedError,
)

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store import offsets, partitions
from dashapp.data.store.arrivals import Letter, Place
from dashapp.data.store.partitions import NO_PARTITION, PartitionState
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Topic
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings
from ingest.letter_seal import LETTER_HEADER, unseal
from ingest.transports import Record, Waiting
from ingest.transports.consumer import (
    Listener,
    cluster_of,
    go_on_joining,
    identity_of,
    is_connected,
    open_consumer,
    reached_of,
    silent_seconds,
)
from ingest.transports.partitions import OwnPartition, Span

log = get_logger(__name__)

CHECK_SECONDS: Final = 1.0
"""How often the connection is looked at."""
HUNG_SECONDS: Final = 6.0
"""Without an answer of the group's coordinator, which is asked every 2.5 s, before we say that it is away."""
OFFSETS_MS: Final = 10_000
"""How long a broker may take to say where partitions begin and end."""
LOOK_AGAIN_SECONDS: Final = 5.0
"""How often an alarmed partition is held against the database again, in case an operator has mended it."""
TELL_SECONDS: Final = 1.0
"""How often Kafka is told, for lag tools."""
SOURCE_HEADER: Final = "source"


@dataclass(frozen=True, slots=True)
class KafkaReceipt:
    """The offsets of one batch."""

    spans: Mapping[TopicPartition, Span]


class KafkaTransport:
    """The three topics of the settings, read by one member of the consumer group."""

    name = "kafka"

    def __init__(self, settings: Settings, database: Database, instance: str | None = None) -> None:
        """Connects to nothing yet. `instance` names this member of the group over restarts: the group then waits for
        its return, where it would wait for the time-out of a stranger."""
        self._settings = settings
        self._database = database
        self._group, self._instance = settings.kafka_group, instance
        self._kinds = dict(zip(settings.kafka_topics, Topic, strict=False))
        self._consumer: Any = None
        self._listener = Listener()
        self._partitions: dict[TopicPartition, OwnPartition] = {}
        self._cluster = ""
        self._told: dict[TopicPartition, str] = {}
        self._topics: dict[str, int] = {}
        self._spans: dict[TopicPartition, Span] = {}
        self._lock = Lock()
        self._to_tell: dict[TopicPartition, int] = {}
        self._checked_at = self._alarmed_at = self._told_at = 0.0
        self._polled_at = datetime.now(UTC)

    # ------------------------------------------------------------------ connecting

    def open(self) -> None:
        """Connects and subscribes. Raises Unavailable when no broker answers."""
        if self._consumer is not None:
            return
        self._consumer = open_consumer(self._settings, tuple(self._kinds), self._instance, self._listener)

    def close(self, seconds: float) -> None:
        """Leaves the group, so that the others take over at once."""
        consumer, self._consumer, self._listener.consumer = self._consumer, None, None
        if consumer is None:
            return
        try:
            self._tell_kafka(consumer, wait=True)
            consumer.close(autocommit=False, timeout_ms=max(100, int(seconds * 1000)))
        except (KafkaError, OSError) as error:
            log.info("ingest.kafka_left_without_goodbye", error=type(error).__name__)

    # ------------------------------------------------------------------ reading

    def poll(self, limit: int, seconds: float) -> Sequence[Record]:
        """Further records of our partitions. Raises Unavailable when no broker is connected."""
        polled = self._ask(limit, seconds)
        self._check_connection()
        if self._listener.changed:
            return ()
        records: list[Record] = []
        for partition, found in polled.items():
            known = self._partitions.get(partition)
            if known is None or known.alarm is not None or not self._is_same_topic(partition, known):
                continue
            self._take(partition, known, found, records)
        self._look()
        return records

    def must_rewind(self) -> bool:
        """After a rebalance, and now and then while a partition is alarmed."""
        if self._listener.changed:
            return True
        alarmed = any(known.alarm is not None for known in self._partitions.values())
        return alarmed and time.monotonic() - self._alarmed_at > LOOK_AGAIN_SECONDS

    def rewind(self) -> None:
        """Puts every partition of ours where the database says. Raises Unavailable."""
        self._listener.changed = False
        self._spans = {}
        consumer = self._consumer
        try:
            existing, self._cluster = consumer.topics(), cluster_of(consumer)
            self._topics = {
                topic: len(consumer.partitions_for_topic(topic)) if topic in existing else 0 for topic in self._kinds
            }
            assigned = consumer.assignment()
            there = [partition for partition in assigned if self._topics[partition.topic]]
            begins, ends = _offsets(consumer, there)
            new = {self._key(one): offsets.Position(identity_of(consumer, one.topic), begins[one]) for one in there}
            with self._database.transaction(DatabaseRole.INGEST, None) as connection:
                offsets.begin(connection, new)
                stored = offsets.read(connection, self._cluster, self._group, tuple(self._kinds))
                complete = partitions.complete_until(connection, self.name)
            self._partitions = {
                partition: self._place(
                    partition,
                    (begins[partition], ends[partition]),
                    stored.get(self._key(partition)),
                    complete.get((partition.topic, partition.partition)),
                )
                for partition in there
            }
        except (KafkaError, ValueError, KeyError) as error:
            # Taken from us while we asked, or a broker that went away: try again.
            self._listener.changed = True
            raise Unavailable(f"The broker did not tell its offsets: {type(error).__name__}.") from error
        except Unavailable:
            self._listener.changed = True
            raise
        self._alarmed_at = time.monotonic()

    def rest(self) -> None:
        """Tells the group that we live, without taking records."""
        consumer = self._consumer
        active = [partition for partition, known in self._partitions.items() if known.alarm is None]
        with suppress(IllegalStateError, KeyError):
            consumer.pause(*active)
            self._ask(1, 0)
            consumer.resume(*active)

    def drop(self, _receipt: KafkaReceipt) -> None:
        """Nothing is held: the records are read again after the next rewind."""

    def cut(self) -> KafkaReceipt:
        """The offsets of everything polled since the last cut."""
        spans, self._spans = self._spans, {}
        return KafkaReceipt(spans)

    # ------------------------------------------------------------------ writing

    def transaction(self, _receipt: KafkaReceipt) -> AbstractContextManager[Connection]:
        """A new transaction of la_ingest."""
        return self._database.transaction(DatabaseRole.INGEST, None)

    def settle(self, connection: Connection, receipt: KafkaReceipt) -> None:
        """Moves the offsets by compare-and-set. Raises LostOwnership."""
        moves = [
            offsets.Move(self._key(partition), span.expected, offsets.Position(span.identity, span.end))
            for partition, span in receipt.spans.items()
        ]
        offsets.move(connection, moves)

    def settled(self, receipt: KafkaReceipt) -> None:
        """Notes what to tell Kafka with the next poll."""
        now = datetime.now(UTC)
        with self._lock:
            for partition, span in receipt.spans.items():
                self._to_tell[partition] = span.end
                if (known := self._partitions.get(partition)) is not None:
                    known.settled(span, now)

    def waiting(self) -> Waiting:
        """Records behind the committed offsets of our partitions, as far as the last answers of the brokers tell."""
        now = datetime.now(UTC)
        states = [
            # Of an alarmed partition nothing is expected from the broker.
            known.state(partition, now if known.alarm is not None else self._polled_at)
            for partition, known in tuple(self._partitions.items())
        ]
        for topic, count in tuple(self._topics.items()):
            if not count:
                sentence = f"The topic {topic} does not exist."
                states.append(PartitionState(topic, NO_PARTITION, 0, None, now, None, sentence))
        alarms = sorted({state.alarm for state in states if state.alarm is not None})
        return Waiting(sum(state.behind for state in states), tuple(alarms), tuple(states), dict(self._topics))

    # ------------------------------------------------------------------ inside

    def _ask(self, limit: int, seconds: float) -> Mapping[TopicPartition, Sequence[Any]]:
        """One poll, with its errors turned into alarms of a partition or into Unavailable."""
        self._tell_kafka(self._consumer, wait=False)
        go_on_joining(self._consumer)
        try:
            polled: Mapping[TopicPartition, Sequence[Any]] = self._consumer.poll(
                timeout_ms=int(seconds * 1000), max_records=limit
            )
            return polled
        except OffsetOutOfRangeError as error:
            for partition in error.args[0] if error.args else ():
                self._alarm(partition, "The broker does not have the next records any more.")
        except LogTruncationError as error:
            for partition in error.divergent_offsets:
                self._alarm(partition, "The broker has lost records that were read.")
        except IllegalStateError:
            self._listener.changed = True
        except (AuthorizationError, SaslAuthenticationFailedError) as error:
            raise Unavailable(f"The broker does not let us read: {type(error).__name__}.") from error
        except KafkaError as error:
            raise Unavailable(f"The broker cannot be read: {type(error).__name__}.") from error
        return {}

    def _take(
        self, partition: TopicPartition, known: OwnPartition, found: Sequence[Any], records: list[Record]
    ) -> None:
        """Appends what was found, and moves the position behind it."""
        kind, topic, number = self._kinds[partition.topic], partition.topic, partition.partition
        now = time.time()
        earliest = max(0.0, now - self._settings.data_retention_days * 86_400)
        begin = len(records)
        stamped, received = None, datetime.fromtimestamp(now, UTC)
        for each in found:
            if each.timestamp != stamped:
                # A producer's clock that is ahead must not let an event from the future through, nor one that is years
                # behind let through what is too old: such a record arrives now. Records of one millisecond share their
                # instant, so that what is made of it is made once.
                stamped = each.timestamp
                seconds = min(stamped / 1000, now) if stamped / 1000 > earliest else now
                received = datetime.fromtimestamp(seconds, UTC)
            sender, letter = self._said_by(each) if each.headers else (None, None)
            place = Place(topic, number, each.offset, each.value or b"", received, letter=letter)
            records.append(Record(place, received, kind, sender))
        oldest, newest = min(record.received_at for record in records[begin:]), records[-1].received_at
        if partition not in self._spans:
            self._spans[partition] = known.begin(oldest)
        known.take(found[-1].offset + 1, oldest, newest)

    def _look(self) -> None:
        """Notes how far behind we are; called right after a poll of all partitions that are not alarmed."""
        self._polled_at = now = datetime.now(UTC)
        with suppress(KeyError):  # taken from us in this moment
            for partition, known in self._partitions.items():
                if known.alarm is None:
                    known.look(*reached_of(self._consumer, partition), now)

    def _place(
        self,
        partition: TopicPartition,
        log_offsets: tuple[int, int],
        stored: offsets.Position | None,
        complete_until: datetime | None,
    ) -> OwnPartition:
        """Where reading of a partition of ours goes on; an alarm where it cannot. `log_offsets`: where the log begins
        and ends."""
        identity, (begin, end) = identity_of(self._consumer, partition.topic), log_offsets
        position = begin if stored is None else stored.next_offset
        known = OwnPartition(identity, stored, position, position, complete_until or datetime.now(UTC), end)
        known.reached, known.committed_at = position, stored.committed_at if stored is not None else None
        if stored is not None and stored.topic_identity != identity:
            known.reached = begin
            self._alarm(partition, "It was made anew since it was last read.", known)
        elif position < begin:
            known.reached = begin
            self._alarm(partition, f"The broker has dropped {begin - position} records that were not read.", known)
        elif position > end:
            self._alarm(partition, "It ends before what was read of it: the broker has lost records.", known)
        else:
            self._told.pop(partition, None)
            self._consumer.seek(partition, position)
            self._consumer.resume(partition)
        return known

    def _alarm(self, partition: TopicPartition, sentence: str, known: OwnPartition | None = None) -> None:
        """Stops reading a partition until the database says something else about it. The others go on."""
        known = known or self._partitions.get(partition)
        if known is None:
            return
        known.alarm = f"{partition.topic}, partition {partition.partition}: {sentence}"
        self._alarmed_at = time.monotonic()
        with suppress(IllegalStateError, KeyError):
            self._consumer.pause(partition)
        if self._told.get(partition) == sentence:
            return
        # Once, although it is held against the database every few seconds.
        self._told[partition] = sentence
        log.error(
            "ingest.partition_alarmed",
            topic=partition.topic,
            partition=partition.partition,
            position=known.position,
            reason=sentence,
        )

    def _is_same_topic(self, partition: TopicPartition, known: OwnPartition) -> bool:
        if identity_of(self._consumer, partition.topic) == known.identity:
            return True
        self._alarm(partition, "It was made anew since it was last read.")
        return False

    def _said_by(self, record: Any) -> tuple[str | None, Letter | None]:
        """What the headers say: the sender's name, and whether it is a dead letter that comes again."""
        said = dict(record.headers)
        sealed = said.get(LETTER_HEADER)
        letter = unseal(sealed, record.value or b"", self._settings.pseudonym_key) if sealed else None
        return _sender(record.headers), letter

    def _key(self, partition: TopicPartition) -> offsets.Partition:
        return offsets.Partition(self._cluster, self._group, partition.topic, partition.partition)

    def _check_connection(self) -> None:
        """Raises Unavailable while no broker is connected: polling alone says nothing then, for ever."""
        if time.monotonic() - self._checked_at < CHECK_SECONDS:
            return
        if not is_connected(self._consumer):
            raise Unavailable("No broker is connected.")
        if (silent := silent_seconds(self._consumer)) > HUNG_SECONDS:
            raise Unavailable(f"The broker that coordinates the group has not answered for {silent:.0f} s.")
        self._checked_at = time.monotonic()

    def _tell_kafka(self, consumer: Any, *, wait: bool) -> None:
        """Commits to Kafka what the database holds already. Lag tools look there; a failure harms nothing else."""
        if not wait and time.monotonic() - self._told_at < TELL_SECONDS:
            return
        self._told_at = time.monotonic()
        with self._lock:
            told, self._to_tell = self._to_tell, {}
        committed = {
            partition: OffsetAndMetadata(offset, "", -1)
            for partition, offset in told.items()
            if partition in self._partitions
        }
        if not committed:
            return
        with suppress(KafkaError):
            if wait:
                consumer.commit(committed, timeout_ms=1_000)
            else:
                consumer.commit_async(committed, callback=_ignore)


def _offsets(
    consumer: Any, asked: Sequence[TopicPartition]
) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
    """Where the logs of these partitions begin and end."""
    if not asked:
        return {}, {}
    return consumer.beginning_offsets(asked, OFFSETS_MS), consumer.end_offsets(asked, OFFSETS_MS)


def _sender(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """What the header `source` says, if there is one; it is only a name to look up, so odd bytes do not matter."""
    for name, value in headers:
        if name == SOURCE_HEADER:
            return (value or b"").decode("utf-8", "replace")
    return None


def _ignore(_offsets: object, _response: object) -> None:
    """The client would log each failure as an error."""
