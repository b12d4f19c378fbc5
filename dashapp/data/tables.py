"""Every table of the service, as SQLAlchemy Core. Migrations create them; a test holds the two against each other.

Tenant keys lead with `organisation_id`, so that a table can be distributed by organisation. People's names and
addresses stand in `people` only; everything else knows the key.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import BIT, JSONB

from dashapp.domain.localtime import MINUTES_PER_DAY

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _organisation() -> Column[int]:
    return Column("organisation_id", BigInteger, nullable=False)


def _moment(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _public_id() -> Column[object]:
    return Column("public_id", Uuid, nullable=False, server_default=text("gen_random_uuid()"))


def _described() -> list[Column[object]]:
    """The (time, event id) of the description that holds: the greatest wins, so order of arrival does not matter."""
    return [_moment("described_at"), Column("described_by", Text)]


# ------------------------------------------------------------------ organisations and their senders

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", BigInteger, Identity(), primary_key=True),
    _public_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("structure_epoch", BigInteger, nullable=False, server_default=text("0")),
    _moment("created_at", nullable=False),
)
"""`name` is the short name that events may claim. `structure_epoch` rises with every merge, split and zone change, so
that writers drop what they remember."""

organisation_time_zones = Table(
    "organisation_time_zones",
    metadata,
    _organisation(),
    Column("valid_from", Date, nullable=False),
    Column("zone", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "valid_from"),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)

organisation_units = Table(
    "organisation_units",
    metadata,
    _organisation(),
    Column("organisation_unit_id", BigInteger, Identity(), nullable=False),
    _public_id(),
    Column("parent_id", BigInteger),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "organisation_unit_id"),
    UniqueConstraint("organisation_id", "name"),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)

sources = Table(
    "sources",
    metadata,
    Column("source_id", Integer, Identity(), primary_key=True),
    _organisation(),
    Column("name", Text, nullable=False, unique=True),
    Column("issuer", Text, nullable=False),
    Column("allowed", ARRAY(Text), nullable=False),
    Column("topics", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)
"""Registered senders. `topics`: the Kafka topics on which this source is believed; where several sources share a topic
the record's header `source` names one of them."""

# ------------------------------------------------------------------ people

people = Table(
    "people",
    metadata,
    _organisation(),
    Column("person_id", BigInteger, Identity(), nullable=False),
    _public_id(),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("email", Text),
    Column("is_test", Boolean, nullable=False, server_default=text("false")),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    Column("merged_into", BigInteger),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "person_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(None, "organisation_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)
"""`merged_into` names the person who stands for this one; chains are kept one step long. Raw events keep the key under
which they arrived, so that a split can give them back."""

person_identifiers = Table(
    "person_identifiers",
    metadata,
    _organisation(),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "issuer", "kind", "value"),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "person_id"),
)

person_merges = Table(
    "person_merges",
    metadata,
    _organisation(),
    Column("merge_id", BigInteger, Identity(), nullable=False),
    Column("kept_id", BigInteger, nullable=False),
    Column("absorbed_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("merged_by", Text, nullable=False),
    _moment("merged_at", nullable=False),
    Column("split_by", Text),
    _moment("split_at"),
    PrimaryKeyConstraint("organisation_id", "merge_id"),
)
"""The audit of merges and splits; a row without `split_at` is in force."""

demographics = Table(
    "demographics",
    metadata,
    _organisation(),
    Column("person_id", BigInteger, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("attributes", JSONB, nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id", "course_id"),
)
"""For a fairness audit only: the web role may not read it, ingest may write but not read."""

# ------------------------------------------------------------------ structure

programmes = Table(
    "programmes",
    metadata,
    _organisation(),
    Column("programme_id", BigInteger, Identity(), nullable=False),
    Column("organisation_unit_id", BigInteger),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "programme_id"),
    UniqueConstraint("organisation_id", "name"),
)

terms = Table(
    "terms",
    metadata,
    _organisation(),
    Column("term_id", BigInteger, Identity(), nullable=False),
    Column("name", Text, nullable=False),
    Column("teaching_starts", Date),
    Column("teaching_ends", Date),
    PrimaryKeyConstraint("organisation_id", "term_id"),
    UniqueConstraint("organisation_id", "name"),
)

courses = Table(
    "courses",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, Identity(), nullable=False),
    _public_id(),
    Column("code", Text),
    Column("title", Text),
    Column("organisation_unit_id", BigInteger),
    Column("programme_id", BigInteger),
    Column("term_id", BigInteger),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("risk_rules", JSONB),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "course_id"),
    UniqueConstraint("organisation_id", "public_id"),
)
"""One run of a course in one term. `risk_rules`: the course's own weights and thresholds; null: the defaults."""

course_identifiers = Table(
    "course_identifiers",
    metadata,
    _organisation(),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "issuer", "kind", "value"),
    ForeignKeyConstraint(["organisation_id", "course_id"], ["courses.organisation_id", "courses.course_id"]),
)

course_breaks = Table(
    "course_breaks",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "first_day"),
)

sections = Table(
    "sections",
    metadata,
    _organisation(),
    Column("section_id", BigInteger, Identity(), nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "section_id"),
    UniqueConstraint("organisation_id", "course_id", "name"),
)
"""Classes of people. `name` is the sender's short id, unique in the course."""

learner_groups = Table(
    "learner_groups",
    metadata,
    _organisation(),
    Column("group_id", BigInteger, Identity(), nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "group_id"),
    UniqueConstraint("organisation_id", "course_id", "name"),
)

units = Table(
    "units",
    metadata,
    _organisation(),
    Column("unit_id", BigInteger, Identity(), nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("parent_id", BigInteger),
    Column("name", Text, nullable=False),
    Column("title", Text),
    Column("position", Integer, nullable=False, server_default=text("0")),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "unit_id"),
    UniqueConstraint("organisation_id", "course_id", "name"),
)
"""Parts of the content, a tree."""

activities = Table(
    "activities",
    metadata,
    _organisation(),
    Column("activity_id", BigInteger, Identity(), nullable=False),
    _public_id(),
    Column("course_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger),
    Column("activity_type", Text, nullable=False, server_default=text("'unknown'")),
    Column("claimed_type", Text, nullable=False, server_default=text("'unknown'")),
    Column("described_type", Text),
    Column("title", Text),
    _moment("published_at"),
    _moment("due_at"),
    Column("max_score", Double),
    Column("weight", Double),
    Column("attempt_policy", Text, nullable=False, server_default=text("'latest'")),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "activity_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(None, "organisation_id", "course_id"),
)
"""`activity_type` is what holds: `described_type` where the description that holds names one, else `claimed_type`, the
smallest type that any learning event has claimed (`unknown` loses to all others)."""

activity_identifiers = Table(
    "activity_identifiers",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "issuer", "kind", "value"),
    ForeignKeyConstraint(["organisation_id", "activity_id"], ["activities.organisation_id", "activities.activity_id"]),
)
"""Within its course: the same identifier in two runs of a course is two activities."""

activity_extensions = Table(
    "activity_extensions",
    metadata,
    _organisation(),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    _moment("due_at", nullable=False),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "activity_id", "person_id"),
)

outcomes = Table(
    "outcomes",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    *_described(),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id"),
)

# ------------------------------------------------------------------ membership

membership_facts = Table(
    "membership_facts",
    metadata,
    _organisation(),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    _moment("at", nullable=False),
    _moment("ends_at"),
    Column("retracted", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("organisation_id", "source_id", "event_id"),
    Index(None, "organisation_id", "person_id"),
)
"""What sources have said about roles, append-only. The dated intervals in `memberships` are derived from the facts of
one (person, scope, role, source) in the order of (at, event id), so that their order of arrival does not matter."""

memberships = Table(
    "memberships",
    metadata,
    _organisation(),
    Column("membership_id", BigInteger, Identity(), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    _moment("starts_at"),
    _moment("ends_at"),
    Column("source_id", Integer),
    Column("granted_by", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "membership_id"),
    Index(None, "organisation_id", "scope_kind", "scope_id"),
    Index(None, "organisation_id", "person_id"),
)
"""Dated intervals [starts_at, ends_at). `scope_kind`: organisation, organisation_unit, course, section, group or
learners; `scope_id` is that thing's key. `granted_by`: event, administration or sign_in; a source ends only what it
granted. A person in a section has a row for the course too."""

# ------------------------------------------------------------------ the way of an event

event_ledger = Table(
    "event_ledger",
    metadata,
    _organisation(),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("content", BigInteger, nullable=False),
    _moment("occurred_at", nullable=False),
    Column("person_id", BigInteger),
    PrimaryKeyConstraint("organisation_id", "source_id", "event_id"),
)
"""New or seen. `event_id`: the sender's id where it is a UUID, else its 128-bit digest. `content`: a 64-bit digest of
the event's content, by which the same id with other content is found. With `occurred_at` and `person_id` the raw row is
found without an index of its own over ids."""

raw_events = Table(
    "raw_events",
    metadata,
    _organisation(),
    _moment("occurred_at", nullable=False),
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
    _moment("received_at", nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "organisation_id", "person_id", "occurred_at"),
    postgresql_partition_by="RANGE (occurred_at)",
)
"""Time-partitioned by month, found by (organisation_id, person_id, occurred_at). `person_id` is the key under which the
event arrived, not the one it is merged into. `verb` is the event's type. `minute` is null for day precision. `body` is
the decoded event as JSON with its actor replaced by the key: bytes, because jsonb refuses a NUL character."""

retractions = Table(
    "retractions",
    metadata,
    _organisation(),
    Column("source_id", Integer, nullable=False),
    Column("target_id", Uuid, nullable=False),
    _moment("at", nullable=False),
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
    _moment("received_at", nullable=False),
    Index(None, "received_at"),
)
"""`body` holds at most 64 KiB of what came, `body_bytes` says how long it was. `actor_hashes`: keyed hashes of every
actor id in it, by which an erasure finds it."""

inbox = Table(
    "inbox",
    metadata,
    Column("inbox_id", BigInteger, Identity(), primary_key=True),
    Column("slot", SmallInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("topic", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("actor_hashes", ARRAY(LargeBinary), nullable=False, server_default=text("'{}'")),
    _moment("received_at", nullable=False),
    Index(None, "slot", "inbox_id"),
)
"""A queue, not a sequence: readers lock rows per slot with SKIP LOCKED and delete them in the ingest transaction."""

transport_offsets = Table(
    "transport_offsets",
    metadata,
    Column("cluster", Text, nullable=False),
    Column("consumer_group", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("topic_identity", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    _moment("committed_at", nullable=False),
    PrimaryKeyConstraint("cluster", "consumer_group", "topic", "partition"),
)
"""Moved by compare-and-set in the transaction of the rows they stand for."""

scope_changes = Table(
    "scope_changes",
    metadata,
    Column("slot", SmallInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    _organisation(),
    Column("courses", ARRAY(BigInteger), nullable=False),
    Column("people", ARRAY(BigInteger), nullable=False),
    _moment("oldest_received_at"),
    _moment("committed_at", nullable=False),
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
    _moment("oldest_waiting_at"),
    _moment("reported_at", nullable=False),
)
"""One row per writer: running, waiting for the broker, alarmed; how many events wait, and since when the oldest."""

# ------------------------------------------------------------------ aggregates

learner_course_days = Table(
    "learner_course_days",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    Column("minutes", BIT(MINUTES_PER_DAY)),
    _moment("first_at"),
    _moment("last_at"),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id", "day"),
    Index(None, "organisation_id", "day", "course_id", "person_id"),
)
"""`minutes`: bit i is set when an event fell into the i-th minute after the day's first instant; null, with `first_at`
and `last_at`, where only the day is known."""

learner_course_day_types = Table(
    "learner_course_day_types",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("activity_type", Text, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "person_id", "day", "activity_type"),
)

learner_activities = Table(
    "learner_activities",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    _moment("first_at"),
    _moment("last_at"),
    _moment("completed_at"),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id"),
    Index(None, "organisation_id", "person_id", "course_id"),
)

submissions = Table(
    "submissions",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    _moment("submitted_at"),
    _moment("graded_at"),
    Column("score", Double),
    Column("max_score", Double),
    Column("exempt", Boolean, nullable=False),
    Column("banked", Boolean, nullable=False),
    Column("day_precision", Boolean, nullable=False),
    _moment("received_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
    Index(None, "organisation_id", "person_id", "course_id"),
)
"""Append-only: one row per submitted or graded event. A submitted event may carry its score. The state of an attempt
is its earliest `submitted_at` and the score of its row with the greatest (graded_at, event_id); the latest attempt is
the greatest (attempt, submitted_at, event_id)."""

item_responses = Table(
    "item_responses",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("item", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    _moment("answered_at", nullable=False),
    Column("response", Text),
    Column("correct", Boolean),
    Column("score", Double),
    Column("max_score", Double),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
)

video_segments = Table(
    "video_segments",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("position_from", Double, nullable=False),
    Column("position_to", Double, nullable=False),
    _moment("watched_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
)

forum_posts = Table(
    "forum_posts",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("post", Text, nullable=False),
    Column("reply_to", Text),
    _moment("posted_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "person_id", "source_id", "event_id"),
)

course_hours = Table(
    "course_hours",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    _moment("hour", nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "hour"),
)
"""Per hour in UTC; fed by events of instant precision only."""

course_days = Table(
    "course_days",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    Column("learners", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "day"),
    Index(None, "organisation_id", "day"),
)
"""`learners`: rows of learner_course_days of that course and day whose person is not staff then."""

activity_days = Table(
    "activity_days",
    metadata,
    _organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "day"),
)

organisation_days = Table(
    "organisation_days",
    metadata,
    _organisation(),
    Column("day", Date, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("events", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "day", "slot"),
)
"""Summed over slots on reading; slot = course_id mod 8, so that two writers seldom wait for one row. Distinct learners
are never added up: they come from learner rows."""

ROLL_UPS = (course_hours, course_days, activity_days, organisation_days)
"""These leave out staff: events on a local day that overlaps an interval in which the person is teacher or assistant of
the course, and all events of test persons. They are recomputed for the touched (course, day) pairs when such a
membership changes."""

TENANT_TABLES = tuple(
    table for table in metadata.sorted_tables if "organisation_id" in table.c and table.name != "organisations"
)
"""Every table under row-level security by organisation."""
