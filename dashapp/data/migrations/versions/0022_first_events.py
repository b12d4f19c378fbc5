"""When the first event of an hour came, so that a connection can be watched as it begins."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"


def upgrade() -> None:
    # Null in the rows from before: nobody knows it of them.
    op.add_column("quality_hours", sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=True))
