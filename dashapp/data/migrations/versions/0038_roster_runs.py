"""Rosters that are checked and taken in from a page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dashapp.data.migrations.protection import protect

revision = "0038"
down_revision: str | None = "0037"


def upgrade() -> None:
    op.create_table(
        "roster_runs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("files", postgresql.JSONB(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=True),
        sa.Column("accept_endings", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("accept_conflicts", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "run_id", name=op.f("pk_roster_runs")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_roster_runs_organisation_id_public_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.source_id"], name=op.f("fk_roster_runs_source_id_sources")),
    )
    op.create_index(
        "uq_roster_runs_open",
        "roster_runs",
        ["organisation_id", "source_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "roster_run_rows",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "run_id", "part", "place", name=op.f("pk_roster_run_rows")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "run_id"],
            ["roster_runs.organisation_id", "roster_runs.run_id"],
            name=op.f("fk_roster_run_rows_organisation_id_roster_runs"),
            ondelete="CASCADE",
        ),
    )
    for table in ("roster_runs", "roster_run_rows"):
        protect(table)
