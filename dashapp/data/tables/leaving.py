"""How an organisation leaves: the files of its export, and what stays when it is gone."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

organisation_exports = Table(
    "organisation_exports",
    metadata,
    organisation(),
    Column("export_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    moment("requested_at", nullable=False),
    moment("started_at"),
    moment("beat_at"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("table_name", Text),
    Column("rows_done", BigInteger, nullable=False, server_default=text("0")),
    Column("rows_expected", BigInteger),
    moment("finished_at"),
    Column("bytes", BigInteger),
    Column("sha256", Text),
    Column("trouble", Text),
    moment("expires_at"),
    PrimaryKeyConstraint("organisation_id", "export_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(
        "uq_organisation_exports_open",
        "organisation_id",
        unique=True,
        postgresql_where=text("state IN ('waiting', 'running')"),
    ),
)
"""Exports of everything that were asked for on a page, at most one at a time. `state`: waiting, running, done, failed,
cancelled or expired. The file stands below DATA_DIR, under `public_id`; `sha256` is its own. `beat_at`: when whoever
writes it was last heard of. `trouble`: why it failed, as a word."""

departures = Table(
    "departures",
    metadata,
    Column("departure_id", BigInteger, Identity(), primary_key=True),
    Column("former_id", BigInteger, nullable=False),
    Column("former_public_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    moment("requested_at", nullable=False),
    moment("due_at", nullable=False),
    Column("cancelled_by", Text),
    moment("cancelled_at"),
    moment("started_at"),
    moment("finished_at"),
    moment("swept_at"),
    Column("source_ids", ARRAY(Integer), nullable=False, server_default=text("'{}'")),
    Column("export_sha256", Text),
    Column("removed", JSONB, nullable=False, server_default=text("'{}'")),
    Index(
        "uq_departures_open",
        "former_id",
        unique=True,
        postgresql_where=text("state IN ('requested', 'running')"),
    ),
)
"""Deletions of organisations: requested, cancelled, running, done. The table is no tenant's, so that a row outlives
what it speaks of; it holds keys, counts and hashes only, no name. `former_id` is the key that the organisation had,
`removed` how many rows went from each table, `export_sha256` the hash of the last export that was made before,
`swept_at` when it was looked through once more for what came late."""
