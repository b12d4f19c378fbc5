"""Files that people have made of reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.migrations.protection import protect

revision = "0047"
down_revision: str | None = "0046"


def upgrade() -> None:
    nothing = sa.text("0")
    op.create_table(
        "export_runs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("administers", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("document", JSONB(), nullable=True),
        sa.Column("extract", JSONB(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=nothing, nullable=False),
        sa.Column("steps_done", sa.BigInteger(), server_default=nothing, nullable=False),
        sa.Column("steps", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("media", sa.Text(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("manifest", JSONB(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "run_id", name=op.f("pk_export_runs")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_export_runs_organisation_id_public_id")),
    )
    op.create_index("ix_export_runs_organisation_id_person_id", "export_runs", ["organisation_id", "person_id"])
    op.create_index(
        "ix_export_runs_open",
        "export_runs",
        ["organisation_id"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    # What is in a report may name whom it is about; it is read by jobs and handed out by the routes alone.
    protect("export_runs")
