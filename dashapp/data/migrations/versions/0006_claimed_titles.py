"""What learning events call a course or an activity, until a description does."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    for table in ("courses", "activities"):
        op.add_column(table, sa.Column("claimed_title", sa.Text(), nullable=True))
