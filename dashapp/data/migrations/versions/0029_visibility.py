"""What students see of themselves beside others, by organisation and course."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import READ, protect

revision = "0029"
down_revision: str | None = "0022"


def upgrade() -> None:
    op.create_table(
        "visibility_policies",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("comparisons", sa.Boolean(), nullable=True),
        sa.Column("score_distribution", sa.Boolean(), nullable=True),
        sa.Column("risk_words", sa.Boolean(), nullable=True),
        sa.Column("advisers", sa.Boolean(), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("open_to_courses", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", name=op.f("pk_visibility_policies")),
    )
    protect("visibility_policies", web=READ)
