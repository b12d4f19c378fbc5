"""Who is signed in, where, and since when; the tickets of requests that carry no header; who may frame pages."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from dashapp.data.tables.columns import metadata, moment, organisation

sessions = Table(
    "sessions",
    metadata,
    organisation(),
    Column("digest", LargeBinary, nullable=False),
    Column("session_id", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
    Column("person_id", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("page", Text),
    moment("started_at", nullable=False),
    moment("seen_at", nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    moment("expires_at", nullable=False),
    moment("ended_at"),
    Column("ended_by", BigInteger),
    Column("voucher", Text),
    Column("deployment", Text),
    Column("parent", LargeBinary),
    PrimaryKeyConstraint("organisation_id", "digest"),
    UniqueConstraint("organisation_id", "session_id"),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "person_id"),
    Index(None, "expires_at"),
    Index(None, "organisation_id", "voucher"),
    Index(None, "organisation_id", "parent"),
)
"""One row per sign-in. `digest`: SHA-256 of the text that the browser holds; the text itself stands nowhere. `page`:
the only page that it opens; null: all of the person's. `device`: browser and system in a few words. `voucher`,
`deployment`: on whose word it was begun, and with whose trust it ends. `parent`: the digest of the session of the frame
from which this tab was opened, with which it ends."""

ended_sessions = Table(
    "ended_sessions",
    metadata,
    organisation(),
    Column("digest", LargeBinary, nullable=False),
    moment("ended_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "digest"),
    Index(None, "ended_at"),
)
"""What every web process reads every second, of all organisations: digests say nothing about anybody."""

embed_link_epochs = Table(
    "embed_link_epochs",
    metadata,
    organisation(),
    Column("person_id", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id"),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
)
"""How often all signed links of a person were ended; without a row, never. A link carries the number of its day, and
opens nothing when that has passed."""

session_tickets = Table(
    "session_tickets",
    metadata,
    organisation(),
    Column("digest", LargeBinary, nullable=False),
    Column("session_digest", LargeBinary, nullable=False),
    Column("path", Text, nullable=False),
    moment("expires_at", nullable=False),
    moment("used_at"),
    PrimaryKeyConstraint("organisation_id", "digest"),
    Index(None, "expires_at"),
)
"""One-use permissions to ask for one path without a header, on behalf of a session."""

frame_origins = Table(
    "frame_origins",
    metadata,
    organisation(),
    Column("origin", Text, nullable=False),
    Column("source", Text, nullable=False),
    moment("added_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "origin", "source"),
    CheckConstraint(
        r"origin ~ '^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$' AND length(origin) < 300",
        name="ck_frame_origins_origin",
    ),
)
"""Whose pages may show ours in a frame. `source`: what it was registered by, for example an LTI platform's key. An
origin stands in a header as it is."""
