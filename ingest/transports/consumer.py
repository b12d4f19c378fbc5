"""What kafka-python has to be told, and what it knows and offers to nobody."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from dashapp.domain.errors import Unavailable
from dashapp.settings import Settings

SESSION_TIMEOUT_MS: Final = 10_000
"""After this a process that has died loses its partitions to the others: twice the promised lag of 5 s, no less, since
a machine under load must not look dead."""
FETCH_BYTES: Final = 8 * 1024 * 1024
"""Per request; two are in memory at a time. It decides the size of this process more than anything else does."""
PARTITION_BYTES: Final = 2 * 1024 * 1024
FETCH_WAIT_MS: Final = 50
"""How long a broker may hold a request for which it has nothing. The client has one request under way and does not ask
in it for partitions of which it still has something in hand, so news of those waits for as long: with the usual 500 ms,
a twentieth of the events took more than half a second at 1,000 events/s."""
CONNECT_MS: Final = 3_000
"""How long one attempt to reach the brokers may take: stopping waits for it."""


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # the library ships no types
    """Runs on the client's own thread, so it only takes notes; the reading thread acts on them."""

    def __init__(self) -> None:
        """`consumer` is set when there is one, `changed` is taken back by who has acted on it."""
        self.changed = False
        self.consumer: Any = None

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Keeps the partitions from being read until the database has said where."""
        for partition in assigned:
            # With a position the client does not ask Kafka for one; paused it does not fetch until we have asked ours.
            self.consumer.pause(partition)
            self.consumer.seek(partition, 0)
        self.changed = True

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Notes it."""
        self.changed = True


def open_consumer(settings: Settings, topics: Sequence[str], instance: str | None, listener: Listener) -> Any:
    """A consumer that has subscribed to the topics as a member of the group. Raises Unavailable when no broker answers.

    `instance`: a name that stays over restarts; see KafkaTransport.
    """
    try:
        consumer = KafkaConsumer(
            **settings.kafka_client_options(),
            group_id=settings.kafka_group,
            group_instance_id=instance,
            # Never jump by itself: a gap is an alarm.
            auto_offset_reset="none",
            enable_auto_commit=False,
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MS // 4,
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=PARTITION_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            bootstrap_timeout_ms=CONNECT_MS,
            reconnect_backoff_max_ms=1_000,
            # A topic that is made later is found after this long.
            metadata_max_age_ms=30_000,
        )
    except (KafkaError, OSError) as error:
        raise Unavailable(f"No broker answers: {type(error).__name__}.") from error
    listener.consumer = consumer
    consumer.subscribe(list(topics), listener=listener)
    return consumer


def go_on_joining(consumer: Any) -> None:
    """Takes up a rebalance that an earlier poll did not have the time to end.

    kafka-python 3.0.12 forgets it where a change of metadata was its only reason, which is noted as done when the
    partitions are distributed, not when they are taken: no heartbeat is sent from then on, and nothing is read.
    """
    coordinator = consumer._coordinator
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()


def is_connected(consumer: Any) -> bool:
    """Whether there is a connection to any broker: polling alone says nothing without one, for ever."""
    return bool(consumer.metrics()["consumer-metrics"]["connection-count"])


def silent_seconds(consumer: Any) -> float:
    """How long the group's coordinator has not answered. A broker that hangs keeps its connections, and polling it
    says nothing; the client itself gives up only after half a minute."""
    heard = consumer._coordinator.heartbeat
    return time.monotonic() - max(float(heard.last_receive), float(heard.last_reset))


def reached_of(consumer: Any, partition: TopicPartition) -> tuple[int, int]:
    """Where reading of an assigned partition stands, and where it ends, as far as the last answer tells. Records of
    aborted transactions and markers, which are never handed out, are passed by the first as well."""
    state = consumer._subscription.assignment[partition]
    position = state.position.offset if state.position is not None else 0
    return position, state.highwater or 0


# The client knows these two from its metadata. A second connection only to ask for them would hear of a topic that is
# made anew later than the records of it arrive.


def cluster_of(consumer: Any) -> str:
    """The identity of the cluster."""
    return str(consumer._cluster.cluster_id)


def identity_of(consumer: Any, topic: str) -> str:
    """The identity of a topic, which one that is made anew does not share."""
    return str(consumer._cluster.topic_id(topic))
