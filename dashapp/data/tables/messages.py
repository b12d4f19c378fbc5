"""Messages of teachers to learners, and what came of each mail."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

messages = Table(
    "messages",
    metadata,
    organisation(),
    Column("message_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("course_id", BigInteger, nullable=False),
    Column("author_id", BigInteger, nullable=False),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text),
    Column("state", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("send_after", nullable=False),
    moment("finished_at"),
    PrimaryKeyConstraint("organisation_id", "message_id"),
    UniqueConstraint("organisation_id", "public_id"),
    ForeignKeyConstraint(["organisation_id", "author_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "author_id", "created_at"),
    Index("ix_messages_open", "organisation_id", postgresql_where=text("state IN ('queued', 'sending')")),
)
"""Messages that staff of a course have written to learners. `subject` and `body` hold placeholders, no names of
learners, and go when they have been kept as long as raw events; null: gone. `send_after`: until then the author can
take it back."""

message_recipients = Table(
    "message_recipients",
    metadata,
    organisation(),
    Column("message_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    public_id(),
    Column("reasons", JSONB, nullable=False),
    Column("reason_words", Text, nullable=False, server_default=text("''")),
    Column("level", Text, nullable=False),
    Column("score", Double),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    moment("begun_at"),
    moment("try_after"),
    moment("sent_at"),
    moment("failed_at"),
    Column("trouble", Text),
    PrimaryKeyConstraint("organisation_id", "message_id", "person_id"),
    ForeignKeyConstraint(
        ["organisation_id", "message_id"],
        ["messages.organisation_id", "messages.message_id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "person_id"),
    Index("ix_message_recipients_sent", "organisation_id", "sent_at", postgresql_where=text("state = 'sent'")),
)
"""To whom a message went, by the key that the learner had then, why, and what came of it. The address is read from
`people` when the mail is sent and stands nowhere else. `reasons`: the rules that applied, with their values; `level`
and `score` as they were then. `trouble`: the reply code of the mail server."""

message_snapshots = Table(
    "message_snapshots",
    metadata,
    organisation(),
    Column("message_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("days_after", SmallInteger, nullable=False),
    moment("as_of", nullable=False),
    moment("taken_at", nullable=False),
    Column("level", Text),
    Column("score", Double),
    Column("progress", Double),
    Column("minutes", Integer),
    Column("events", Integer),
    Column("active_days", SmallInteger),
    PrimaryKeyConstraint("organisation_id", "message_id", "person_id", "days_after"),
    ForeignKeyConstraint(
        ["organisation_id", "message_id", "person_id"],
        ["message_recipients.organisation_id", "message_recipients.message_id", "message_recipients.person_id"],
        ondelete="CASCADE",
    ),
)
"""How a learner stood in the course when a message to them was written (`days_after` 0), and 7 and 14 days after its
mail was sent: as of `as_of`, from the aggregates as they were at `taken_at`. `minutes`, `events` and `active_days` are
those of the 7 local days before. `events` null: they were no learner of the course then; `level` null: no rule spoke.
"""
