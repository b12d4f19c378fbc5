"""Imports of history that were asked for on a page."""

from sqlalchemy import (
    BigInteger,
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

_NOTHING = text("0")

history_imports = Table(
    "history_imports",
    metadata,
    organisation(),
    Column("import_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("source_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    moment("requested_at", nullable=False),
    moment("begun_at"),
    Column("begun_bytes", BigInteger, nullable=False, server_default=_NOTHING),
    moment("beat_at"),
    Column("attempts", SmallInteger, nullable=False, server_default=_NOTHING),
    moment("finished_at"),
    *(
        Column(name, BigInteger, nullable=False, server_default=_NOTHING)
        for name in ("bytes_done", "rows_read", "events_new", "events_seen", "events_refused", "events_sent")
    ),
    Column("found", JSONB),
    Column("problems", JSONB, nullable=False, server_default=text("'[]'")),
    Column("trouble", Text),
    PrimaryKeyConstraint("organisation_id", "import_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(
        "uq_history_imports_open",
        "organisation_id",
        "source_id",
        unique=True,
        postgresql_where=text("state IN ('to_check', 'checking', 'checked', 'waiting', 'running', 'paused')"),
    ),
)
"""Imports of history that were asked for on a page, at most one open at a time for each sender. `files`: keys and names
of uploads. `state`: to_check, checking, checked, waiting, running, paused, done, failed or cancelled. `beat_at`: when
the job that works on it was last heard of. `found`: what the check has counted. `problems`: the first records that
could not be taken. `trouble`: why it failed."""
