"""Imports of history that administrators ask for on a page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.migrations.protection import protect

revision = "0037"
down_revision: str | None = "0036"


def upgrade() -> None:
    nothing = sa.text("0")
    op.create_table(
        "history_imports",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("files", JSONB(), nullable=False),
        sa.Column("options", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_bytes", sa.BigInteger(), server_default=nothing, nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=nothing, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), server_default=nothing, nullable=False)
            for name in ("bytes_done", "rows_read", "events_new", "events_seen", "events_refused", "events_sent")
        ),
        sa.Column("found", JSONB(), nullable=True),
        sa.Column("problems", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", name=op.f("pk_history_imports")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_history_imports_organisation_id_public_id")),
    )
    op.create_index(
        "uq_history_imports_open",
        "history_imports",
        ["organisation_id", "source_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('to_check', 'checking', 'checked', 'waiting', 'running', 'paused')"),
    )
    # What files hold is read by jobs alone.
    protect("history_imports")
