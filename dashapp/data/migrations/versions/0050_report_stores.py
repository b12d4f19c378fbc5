"""Stores into which schedules put copies of reports."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import protect

revision = "0050"
down_revision: str | None = "0049"


def upgrade() -> None:
    op.create_table(
        "report_stores",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("path_style", sa.Boolean(), nullable=False),
        sa.Column("access_key", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.organisation_id"], name=op.f("fk_report_stores_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_report_stores")),
    )
    protect("report_stores")
