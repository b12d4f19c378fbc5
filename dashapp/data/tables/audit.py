"""The audit trail with its seals, and how the jobs go."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import metadata, moment, organisation

audit_log = Table(
    "audit_log",
    metadata,
    Column("audit_id", BigInteger, Identity(), primary_key=True),
    Column("organisation_id", BigInteger),
    moment("at", nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("page", Text),
    Column("role", Text),
    Column("origin", Text),
    Column("method", Text),
    moment("quarter"),
    Column("entered", BigInteger, nullable=False, server_default=text("((pg_current_xact_id())::text)::bigint")),
    Index(None, "organisation_id", "at"),
    Index(None, "organisation_id", "actor", "at"),
    Index(None, "organisation_id", "subject", "at"),
    Index(None, "entered"),
    Index(
        "uq_audit_log_view",
        "organisation_id",
        "actor",
        "subject",
        "page",
        "quarter",
        text("coalesce(method, '')"),
        unique=True,
        postgresql_where=text("quarter IS NOT NULL"),
    ),
)
"""Who looked at, changed or exported whose data. Nobody changes a row. `actor`: the public id of a person, or the login
of an operator. `page` and `quarter` stand in rows of views: of a page that was opened within a quarter of an hour.
`origin`: the network it came from; `method`: how the session was begun. `entered`: the transaction that wrote the row,
which no writer can choose; by it the sealing finds what is new."""

audit_seals = Table(
    "audit_seals",
    metadata,
    organisation(),
    Column("position", BigInteger, nullable=False),
    Column("audit_id", BigInteger, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation_id", "position"),
)
"""The chain of each organisation, 0 for what belongs to none: `hash` is the SHA-256 of the hash before it and the row.
Positions have no gaps; a row that was committed late stands behind rows with larger keys."""

audit_chains = Table(
    "audit_chains",
    metadata,
    Column("organisation_id", BigInteger, nullable=False, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    moment("sealed_at", nullable=False),
)
"""The end of each chain, and the lock of whoever seals it."""

job_status = Table(
    "job_status",
    metadata,
    Column("name", Text, primary_key=True),
    Column("every_seconds", Double, nullable=False),
    moment("started_at", nullable=False),
    Column("seconds", Double, nullable=False),
    moment("succeeded_at"),
    Column("runs", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("trouble", Text),
    Column("figures", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
)
"""The last run of each job, whichever process led. `trouble`: the kind of error of the last run, null after a good
one. `figures`: what it has counted, by names of gauges."""
