"""The way of an event: inbox, ledger, raw events, dead letters, offsets, and what each commit touched."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import metadata, moment, organisation

event_ledger = Table(
    "event_ledger",
    metadata,
    organisation(),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("content", BigInteger, nullable=False),
    moment("occurred_at", nullable=False),
    Column("person_id", BigInteger),
    PrimaryKeyConstraint("organisation_id", "source_id", "event_id"),
)
"""New or seen. `event_id`: the sender's id where it is a UUID, else its 128-bit digest. `content`: a 64-bit digest of
the event's content, by which the same id with other content is found. With `occurred_at` and `person_id` the raw row is
found without an index of its own over ids."""

raw_events = Table(
    "raw_events",
    metadata,
    organisation(),
    moment("occurred_at", nullable=False),
    Column("person_id", BigInteger),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("course_id", BigInteger),
    Column("activity_id", BigInteger),
    Column("day", Date, nullable=False),
    Column("minute", SmallInteger),
    Column("clicks", Integer, nullable=False),
    Column("verb", Text, nullable=False),
    Column("retracted", Boolean, nullable=False, server_default=text("false")),
    moment("received_at", nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "organisation_id", "person_id", "occurred_at"),
    postgresql_partition_by="RANGE (occurred_at)",
)
"""Time-partitioned by month, found by (organisation_id, person_id, occurred_at). `occurred_at` of a user or content
event that was older than the retention when it came is its arrival, here and in the ledger. `person_id` is the key
under which the event arrived, not the one it is merged into. `verb` is the event's type. `minute` is null for day
precision. `body` is the decoded event as JSON with its actor replaced by the key: bytes, because jsonb refuses a NUL
character."""

retractions = Table(
    "retractions",
    metadata,
    organisation(),
    Column("source_id", Integer, nullable=False),
    Column("target_id", Uuid, nullable=False),
    moment("at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "source_id", "target_id"),
)
"""What has been voided, also before it arrived."""

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("dead_letter_id", BigInteger, Identity(), primary_key=True),
    Column("organisation_id", BigInteger),
    Column("source_id", Integer),
    Column("transport", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer),
    Column("record_offset", BigInteger),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("body_bytes", Integer, nullable=False),
    Column("actor_hashes", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'")),
    moment("first_seen_at", nullable=False),
    moment("last_seen_at", nullable=False),
    Column("origin", Text, nullable=False),
    Column("sender", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column("count", BigInteger, nullable=False, server_default=text("1")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("replay_id", BigInteger),
    Column("decided_by", Text),
    moment("decided_at"),
    Column("announced", BigInteger, nullable=False, server_default=text("0")),
    Index(None, "last_seen_at"),
    Index(None, "organisation_id", "last_seen_at"),
    Index(None, "origin", "reason", "first_seen_at"),
    Index(None, "replay_id"),
    Index("ix_dead_letters_not_announced", "dead_letter_id", postgresql_where=text("announced < count")),
)
"""`body` holds at most 64 KiB of what came, `body_bytes` says how long it was, `digest` is the SHA-256 of all of it.
`origin`: the source, or the topic where that is not known; `sender`: its name, or the one that the record claimed.
`identity`: origin, reason and digest in one, so that the same bytes raise `count` instead of adding a row.
`attempts`: how often a replay was refused again. `announced`: how many of `count` the dead-letter topic has been told.
`actor_hashes`: keyed hashes of every actor id in it, by which an erasure finds it."""

dead_letter_replays = Table(
    "dead_letter_replays",
    metadata,
    Column("replay_id", BigInteger, Identity(), primary_key=True),
    Column("organisation_id", BigInteger),
    Column("chosen", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False, server_default=text("0")),
    Column("last_id", BigInteger, nullable=False, server_default=text("0")),
    Column("until_id", BigInteger, nullable=False),
    Column("requested_by", Text, nullable=False),
    moment("requested_at", nullable=False),
    moment("changed_at", nullable=False),
    Index(None, "organisation_id"),
)
"""Letters on their way back into the transport: `chosen` says which, those up to `last_id` have been moved. Without an
organisation: an operator's, over all of them."""

inbox = Table(
    "inbox",
    metadata,
    Column("inbox_id", BigInteger, Identity(), primary_key=True),
    Column("slot", SmallInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("actor_hashes", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'")),
    moment("received_at", nullable=False),
    Column("dead_letter_id", BigInteger),
    moment("first_seen_at"),
    Index(None, "slot", "inbox_id"),
)
"""A queue, not a sequence: readers lock rows per slot with SKIP LOCKED and delete them in the ingest transaction.
`dead_letter_id` and `first_seen_at` stand in a row that comes from the dead letters again."""

transport_offsets = Table(
    "transport_offsets",
    metadata,
    Column("cluster", Text, nullable=False),
    Column("consumer_group", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("topic_identity", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    moment("committed_at", nullable=False),
    PrimaryKeyConstraint("cluster", "consumer_group", "topic", "partition"),
)
"""Moved by compare-and-set in the transaction of the rows they stand for."""

scope_changes = Table(
    "scope_changes",
    metadata,
    Column("slot", SmallInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    organisation(),
    Column("courses", ARRAY(BigInteger), nullable=False),
    Column("people", ARRAY(BigInteger), nullable=False),
    moment("oldest_received_at"),
    moment("committed_at", nullable=False),
    PrimaryKeyConstraint("slot", "version", "organisation_id"),
)
"""What each commit of each writer touched, kept for an hour. Versions of a slot are given out under a lock that is
held to the end of the transaction, so a reader that remembers the last version per slot misses nothing; writers take
different slots, so no row is fought over."""

ingest_status = Table(
    "ingest_status",
    metadata,
    Column("slot", SmallInteger, primary_key=True),
    Column("transport", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("lag_events", BigInteger, nullable=False),
    moment("oldest_waiting_at"),
    moment("reported_at", nullable=False),
)
"""One row per writer: running, waiting for the broker, alarmed; how many events wait, and since when the oldest."""

ingest_partitions = Table(
    "ingest_partitions",
    metadata,
    Column("transport", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("behind", BigInteger, nullable=False),
    moment("oldest_waiting_at"),
    moment("known_at", nullable=False),
    moment("committed_at"),
    Column("alarm", Text),
    PrimaryKeyConstraint("transport", "topic", "partition"),
)
"""One row per partition, renewed every second by whoever reads it: how many records wait, since when the oldest, when
that was known, the last commit, and a sentence where it is not read any further. `slot`: the writer that said so."""
