"""What people have chosen for themselves: theme, language, rate of updates, and the course where they begin."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import WRITE, protect

revision = "0042"
down_revision: str | None = "0041"


def upgrade() -> None:
    op.create_table(
        "person_settings",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("default_course_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_person_settings")),
    )
    protect("person_settings", web=WRITE)
