"""Files that people have made of reports."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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

export_runs = Table(
    "export_runs",
    metadata,
    organisation(),
    Column("run_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("person_id", BigInteger, nullable=False),
    Column("administers", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("document", JSONB),
    Column("extract", JSONB),
    Column("state", Text, nullable=False),
    moment("requested_at", nullable=False),
    moment("started_at"),
    moment("beat_at"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("steps_done", BigInteger, nullable=False, server_default=text("0")),
    Column("steps", BigInteger),
    moment("finished_at"),
    Column("name", Text),
    Column("media", Text),
    Column("bytes", BigInteger),
    Column("rows", BigInteger),
    Column("sha256", Text),
    Column("manifest", JSONB),
    Column("trouble", Text),
    moment("expires_at"),
    PrimaryKeyConstraint("organisation_id", "run_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index("ix_export_runs_organisation_id_person_id", "organisation_id", "person_id"),
    Index("ix_export_runs_open", "organisation_id", postgresql_where=text("state IN ('queued', 'running')")),
)
"""Files of reports and extracts that somebody has asked for, for whom alone they are. `state`: queued, running, done,
failed, cancelled or expired. The file stands below DATA_DIR, under `public_id`. It is made with the rights that its
person has then, and as an administrator only where they asked as one. `trouble`: why it failed, as a word."""
