"""When the first event of an hour came, so that a connection can be watched as it begins."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"


def upgrade() -> None:
    # Null in the rows from before: nobody knows it of them.
    op.add_column("quality_hours", sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=True))
    # The first and the last hour of one sender, among years of all of them.
    op.create_index(
        op.f("ix_quality_hours_organisation_id_source_id_hour"),
        "quality_hours",
        ["organisation_id", "source_id", "hour"],
    )
