"""How far each partition has been read: moved in the transaction of the rows that the offsets stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from dashapp.domain.errors import AnalyticsError


class LostOwnership(AnalyticsError):
    """Somebody else has moved the offsets of a partition: roll back, and give the partition up."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on. `topic_identity` tells a topic from a later one of the same name."""

    topic_identity: str
    next_offset: int
    committed_at: datetime | None = field(default=None, compare=False)
    """When it was moved here; None where that was not asked, or has not happened yet."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of one topic, as one consumer group of one cluster reads it."""

    cluster: str
    group: str
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Move:
    """`expected`: where the mover believes the partition to stand; None: nothing has been read of it so far."""

    partition: Partition
    expected: Position | None
    next: Position


def read(connection: Connection, cluster: str, group: str, topics: Sequence[str]) -> dict[Partition, Position]:
    """Where a consumer group stands in the given topics; partitions that nobody has begun to read are missing."""
    rows = connection.execute(_READ, {"cluster": cluster, "group": group, "topics": list(topics)})
    return {
        Partition(cluster, group, row.topic, row.partition): Position(
            row.topic_identity, row.next_offset, row.committed_at
        )
        for row in rows
    }


def begin(connection: Connection, beginnings: Mapping[Partition, Position]) -> None:
    """Notes where reading begins of those partitions of which nothing is known yet: what the broker drops before it is
    read is missed then, also by whoever comes next."""
    for partition in sorted(beginnings, key=lambda one: (one.topic, one.partition)):
        position = beginnings[partition]
        connection.execute(_NOTE, _values(partition, position))


def move(connection: Connection, moves: Sequence[Move]) -> None:
    """Moves partitions by compare-and-set, in their order. Raises LostOwnership where one is not as expected.

    Two owners that start on a new partition at the same time both insert: the second waits for the first one's
    transaction, finds the row and has lost.
    """
    for one in sorted(moves, key=lambda m: (m.partition.topic, m.partition.partition)):
        values = _values(one.partition, one.next)
        if one.expected is None:
            moved = connection.execute(_BEGIN, values)
        else:
            expected = {"was_identity": one.expected.topic_identity, "was": one.expected.next_offset}
            moved = connection.execute(_MOVE, {**values, **expected})
        if moved.rowcount != 1:
            raise LostOwnership(f"Partition {one.partition.partition} of {one.partition.topic} has another reader.")


def _values(partition: Partition, position: Position) -> dict[str, Any]:
    return {
        "cluster": partition.cluster,
        "group": partition.group,
        "topic": partition.topic,
        "partition": partition.partition,
        "identity": position.topic_identity,
        "next": position.next_offset,
    }


_READ = text(
    "SELECT topic, partition, topic_identity, next_offset, nullif(committed_at, 'epoch') AS committed_at"
    " FROM transport_offsets"
    " WHERE cluster = :cluster AND consumer_group = :group AND topic = ANY(:topics)"
).bindparams(bindparam("topics", type_=ARRAY(Text)))
_INSERT = (
    "INSERT INTO transport_offsets"
    " (cluster, consumer_group, topic, topic_identity, partition, next_offset, committed_at)"
    " VALUES (:cluster, :group, :topic, :identity, :partition, :next, {at}) ON CONFLICT DO NOTHING"
)
_BEGIN = text(_INSERT.format(at="now()"))
_NOTE = text(_INSERT.format(at="'epoch'"))
"""Nothing has been committed yet."""
_MOVE = text(
    "UPDATE transport_offsets SET next_offset = :next, topic_identity = :identity, committed_at = now()"
    " WHERE cluster = :cluster AND consumer_group = :group AND topic = :topic AND partition = :partition"
    " AND next_offset = :was AND topic_identity = :was_identity"
)
