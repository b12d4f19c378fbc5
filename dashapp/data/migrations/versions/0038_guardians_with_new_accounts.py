"""Guardians whose account was made by the code itself: somebody else than who has invited confirms them."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision: str | None = "0034"


def upgrade() -> None:
    op.add_column(
        "guardianships", sa.Column("new_account", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("guardianships", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("guardianships", sa.Column("confirmed_by", sa.Text(), nullable=True))
