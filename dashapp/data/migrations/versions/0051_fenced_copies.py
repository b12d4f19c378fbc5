"""Copies of scheduled reports: who began to send one, when somebody withdrew it; and figures that jobs tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0051"
down_revision: str | None = "0050"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("lease", sa.Uuid(), nullable=True))
    op.add_column("deliveries", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    nothing = sa.text("'{}'::jsonb")
    op.add_column("job_status", sa.Column("figures", postgresql.JSONB(), server_default=nothing, nullable=False))
