"""Messages of teachers to learners, and what came of each mail."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
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
)
"""To whom a message went, by the key that the learner had then, why, and what came of it. The address is read from
`people` when the mail is sent and stands nowhere else. `reasons`: the rules that applied, with their values; `level`
and `score` as they were then. `trouble`: the reply code of the mail server."""
