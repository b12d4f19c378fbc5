"""How far behind each partition of the transport is, as its reader says once a second: `/health`, `/metrics` and the
as-of line of every page read it.

There is one row per partition, not per writer: when a partition changes hands the next owner goes on in the same row,
and a partition that nobody reads is known by its report growing old.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ARRAY, BigInteger, Connection, DateTime, Integer, Text, bindparam, text

NO_PARTITION = -1
"""Stands for a whole topic, where its partitions are not known: it does not exist."""
SILENT_SECONDS = 3.0
"""A report that is older than this says what was true then, no longer what is: it is renewed every second."""
FORGOTTEN_AFTER = "1 minute"


@dataclass(frozen=True, slots=True)
class PartitionState:
    """What its reader knows of a partition."""

    topic: str
    partition: int
    behind: int
    """Records that are not committed yet."""
    oldest_waiting_at: datetime | None
    """The time of the oldest record that is not committed, or the last instant before it where that is not known; None
    where nothing waits."""
    known_at: datetime
    """When this was so."""
    committed_at: datetime | None
    """The last commit of records of it."""
    alarm: str | None = None
    """A sentence where it is not read any further until an operator has looked at it."""


def report_partitions(
    connection: Connection,
    slot: int,
    transport: str,
    states: Sequence[PartitionState],
    partitions: Mapping[str, int],
) -> None:
    """Replaces what was said of these partitions. `partitions`: how many each topic of the transport has, as far as
    known; rows of others are forgotten when nobody has renewed them for a minute."""
    said = sorted(states, key=lambda state: (state.topic, state.partition))
    now = datetime.now(UTC)
    if said:
        connection.execute(
            _REPORT,
            {
                "slot": slot,
                "transport": transport,
                "topics": [state.topic for state in said],
                "partitions": [state.partition for state in said],
                "behind": [state.behind for state in said],
                "oldest": [state.oldest_waiting_at for state in said],
                # By the database's clock, which is the same for all who write and read these rows.
                "ages": [max(0, int((now - state.known_at).total_seconds() * 1000)) for state in said],
                "committed": [state.committed_at for state in said],
                "alarms": [state.alarm for state in said],
            },
        )
    connection.execute(
        _FORGET, {"transport": transport, "topics": list(partitions), "counts": list(partitions.values())}
    )


_REPORT = text(
    "INSERT INTO ingest_partitions AS known (transport, topic, partition, slot, behind, oldest_waiting_at, known_at,"
    " committed_at, alarm)"
    " SELECT :transport, said.topic, said.partition, :slot, said.behind, said.oldest,"
    " clock_timestamp() - said.age * interval '1 millisecond', said.committed, said.alarm"
    " FROM unnest(:topics, :partitions, :behind, :oldest, :ages, :committed, :alarms)"
    " AS said (topic, partition, behind, oldest, age, committed, alarm)"
    " ORDER BY said.topic, said.partition"
    " ON CONFLICT (transport, topic, partition) DO UPDATE SET slot = excluded.slot, behind = excluded.behind,"
    " oldest_waiting_at = excluded.oldest_waiting_at, known_at = excluded.known_at,"
    " committed_at = greatest(known.committed_at, excluded.committed_at), alarm = excluded.alarm"
).bindparams(
    bindparam("topics", type_=ARRAY(Text)),
    bindparam("partitions", type_=ARRAY(Integer)),
    bindparam("behind", type_=ARRAY(BigInteger)),
    bindparam("oldest", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ages", type_=ARRAY(BigInteger)),
    bindparam("committed", type_=ARRAY(DateTime(timezone=True))),
    bindparam("alarms", type_=ARRAY(Text)),
)
# A topic that was missing and is there again has partitions of its own; other rows may belong to a reader that starts.
_FORGET = text(
    "DELETE FROM ingest_partitions p WHERE (p.transport <> :transport OR NOT EXISTS ("
    "   SELECT FROM unnest(:topics, :counts) AS known (topic, partitions)"
    "   WHERE known.topic = p.topic AND p.partition < known.partitions"
    f"  AND (p.partition <> {NO_PARTITION} OR known.partitions = 0)))"
    f" AND (p.known_at < clock_timestamp() - interval '{FORGOTTEN_AFTER}' OR p.partition = {NO_PARTITION})"
).bindparams(bindparam("topics", type_=ARRAY(Text)), bindparam("counts", type_=ARRAY(Integer)))


def complete_until(connection: Connection, transport: str) -> dict[tuple[str, int], datetime]:
    """By topic and partition, until when everything had been taken at the last report: what the next owner of a
    partition knows of the records that it has not read yet."""
    rows = connection.execute(_COMPLETE, {"transport": transport})
    return {(row.topic, row.partition): row.complete_until for row in rows}


_COMPLETE = text(
    "SELECT topic, partition, coalesce(oldest_waiting_at, known_at) AS complete_until FROM ingest_partitions"
    " WHERE transport = :transport"
)


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How a partition stands, for those who watch."""

    transport: str
    topic: str
    partition: int
    behind: int
    waiting_seconds: float
    """Age of the oldest record that waits, or may wait unseen; 0 where nothing does."""
    complete_until: datetime | None
    """Before this instant everything is counted; None: up to now."""
    committed_at: datetime | None
    alarm: str | None
    silent: bool
    """Whether nobody has said anything about it for a while."""


def read_partitions(connection: Connection) -> tuple[PartitionLag, ...]:
    """All partitions by topic and number."""
    return tuple(_lag(row) for row in connection.execute(_READ, {"silent": SILENT_SECONDS}))


def _lag(row: object) -> PartitionLag:
    values = row._mapping  # type: ignore[attr-defined]  # a row of _READ
    return PartitionLag(**values)


# Of a partition of which nobody speaks any more only its last report is known, even if nothing waited then.
_READ = text(
    "SELECT transport, topic, partition, behind, committed_at, alarm, silent, complete_until,"
    " coalesce(greatest(0, extract(epoch FROM clock_timestamp() - complete_until)), 0)::float8 AS waiting_seconds"
    " FROM (SELECT *, coalesce(oldest_waiting_at, CASE WHEN silent THEN known_at END) AS complete_until"
    "   FROM (SELECT *, known_at < clock_timestamp() - make_interval(secs => :silent) AS silent"
    "     FROM ingest_partitions) AS aged) AS known"
    " ORDER BY transport, topic, partition"
)
