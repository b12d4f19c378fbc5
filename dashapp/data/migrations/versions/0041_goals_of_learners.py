"""The score that a learner wants to reach in a course, and where a page can open an activity.

A goal is the learner's own: pages read it for its owner alone, and the jobs role writes it for them.
"""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import OWN_ORGANISATION, allow_one, protect

revision = "0041"
down_revision: str | None = "0040"


def upgrade() -> None:
    op.create_table(
        "learner_goals",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("goal", sa.SmallInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("goal BETWEEN 0 AND 100", name=op.f("ck_learner_goals_goal")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", "course_id", name=op.f("pk_learner_goals")),
    )
    protect("learner_goals", web="SELECT")
    # A page links an activity whose name is its address.
    allow_one("activity_identifiers", "la_web", "SELECT", OWN_ORGANISATION)
