"""What a copy of a report is called in a mail, as it was when the copy was made."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision: str | None = "0051"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("locale", sa.Text(), nullable=True))
