"""The audit trail: views once in a quarter of an hour, sealed into a chain; the status of jobs; months that go."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import OWN_ORGANISATION, allow, allow_one, close

revision = "0016"
down_revision: str | None = "0015"

BY_THIS_TRANSACTION = "((pg_current_xact_id())::text)::bigint"
TRUTHFUL = (
    f"entered = {BY_THIS_TRANSACTION}"
    " AND at BETWEEN transaction_timestamp() - interval '1 minute' AND clock_timestamp()"
)
"""Who may add rows can still not date them back, nor hide them from the sealing."""


def upgrade() -> None:
    _trail()
    _seals()
    _jobs()
    _retention()
    _policies()


def _trail() -> None:
    for name in ("page", "role", "origin", "method"):
        op.add_column("audit_log", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("audit_log", sa.Column("quarter", sa.DateTime(timezone=True), nullable=True))
    entered = sa.Column("entered", sa.BigInteger(), server_default=sa.text(BY_THIS_TRANSACTION), nullable=False)
    op.add_column("audit_log", entered)
    for columns in (["organisation_id", "actor", "at"], ["organisation_id", "subject", "at"], ["entered"]):
        op.create_index(op.f(f"ix_audit_log_{'_'.join(columns)}"), "audit_log", columns, unique=False)
    op.create_index(
        "uq_audit_log_view",
        "audit_log",
        ["organisation_id", "actor", "subject", "page", "quarter"],
        unique=True,
        postgresql_where=sa.text("quarter IS NOT NULL"),
    )


def _seals() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "position", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seals_audit_id")),
    )
    op.create_table(
        "audit_chains",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_audit_chains")),
    )


def _jobs() -> None:
    op.create_table(
        "job_status",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Double(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_status")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON job_status TO la_jobs")
    op.execute("GRANT SELECT ON job_status TO la_web")


def _retention() -> None:
    """The jobs take months away whose last raw row is old enough; they may not change the schema otherwise.

    One month at a time, and only where the table can be had within two seconds: whoever writes waits for that.
    """
    op.execute(
        """
        CREATE FUNCTION drop_raw_partition(before timestamptz) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = analytics, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s'
        AS $$
        DECLARE
            partition text;
        BEGIN
            IF before > now() - interval '1 day' THEN
                RAISE EXCEPTION 'raw events of today and later are not old'
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            PERFORM pg_advisory_xact_lock(7311002);
            SELECT c.relname INTO partition FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'raw_events'::regclass
                AND to_date(right(c.relname, 7), 'YYYY"m"MM')::timestamptz + interval '1 month' <= before
            ORDER BY c.relname LIMIT 1;
            IF partition IS NOT NULL THEN
                EXECUTE format('DROP TABLE %I', partition);
            END IF;
            RETURN partition;
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION drop_raw_partition(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION drop_raw_partition(timestamptz) TO la_jobs")
    # To lock a row, some column of it has to be one that may be changed.
    op.execute("GRANT SELECT (inbox_id, received_at), UPDATE (inbox_id), DELETE ON inbox TO la_jobs")


def _policies() -> None:
    """Rows are added by whoever acts and read where they are shown; seals are added by the jobs and by nobody else."""
    for role, rows in (("la_web", OWN_ORGANISATION), ("la_ingest", "true"), ("la_jobs", "true")):
        op.execute(f"DROP POLICY {role}_rows ON audit_log")
        allow_one("audit_log", role, "SELECT", rows)
        allow_one("audit_log", role, "INSERT", f"{rows} AND {TRUTHFUL}")
    for table in ("audit_seals", "audit_chains"):
        close(table)
    allow("audit_seals", "la_jobs", "SELECT, INSERT", "true")
    allow("audit_chains", "la_jobs", "SELECT, INSERT, UPDATE", "true")
    allow("audit_chains", "la_web", "SELECT", OWN_ORGANISATION)
