"""How an organisation leaves: exports of everything, and its deletion, which alone may take the audit trail away."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dashapp.data.migrations.protection import OWN_ORGANISATION, WRITE, protect

revision = "0034"
down_revision: str | None = "0033"

IS_LEAVING = (
    "EXISTS (SELECT FROM departures d WHERE d.former_id = {table}.organisation_id AND d.state IN ('running', 'done'))"
)


def upgrade() -> None:
    _exports()
    _departures()
    _deletion()


def _exports() -> None:
    op.create_table(
        "organisation_exports",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("export_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_expected", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "export_id", name=op.f("pk_organisation_exports")),
        sa.UniqueConstraint(
            "organisation_id", "public_id", name=op.f("uq_organisation_exports_organisation_id_public_id")
        ),
    )
    op.create_index(
        "uq_organisation_exports_open",
        "organisation_exports",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    # What an organisation has in all is nothing that a page reads with: only la_jobs asks for it and writes it.
    protect("organisation_exports")


def _departures() -> None:
    op.create_table(
        "departures",
        sa.Column("departure_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("former_id", sa.BigInteger(), nullable=False),
        sa.Column("former_public_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_ids", postgresql.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("export_sha256", sa.Text(), nullable=True),
        sa.Column("removed", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("departure_id", name=op.f("pk_departures")),
    )
    op.create_index(
        "uq_departures_open",
        "departures",
        ["former_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'running')"),
    )
    op.execute(f"GRANT {WRITE} ON departures TO la_jobs")


def _deletion() -> None:
    """The jobs may take away what nobody else may, of an organisation whose deletion is under way and of no other."""
    for table in ("audit_log", "audit_seals", "audit_chains", "organisations"):
        op.execute(f"GRANT DELETE ON {table} TO la_jobs")
        op.execute(
            f"CREATE POLICY la_jobs_leaving ON {table} AS RESTRICTIVE FOR DELETE TO la_jobs"
            f" USING ({OWN_ORGANISATION} AND {IS_LEAVING.format(table=table)})"
        )
    for table in ("audit_log", "organisations"):
        op.execute(f"CREATE POLICY la_jobs_delete ON {table} FOR DELETE TO la_jobs USING ({OWN_ORGANISATION})")
    # Whoever takes a person or an activity away asks who still points to it.
    for table, column in (
        ("accounts", "person_id"),
        ("described_mailboxes", "person_id"),
        ("activity_identifiers", "activity_id"),
    ):
        op.create_index(op.f(f"ix_{table}_organisation_id_{column}"), table, ["organisation_id", column], unique=False)
    # Events that wait belong to the organisation of their sender.
    op.execute("GRANT SELECT ON inbox TO la_jobs")
