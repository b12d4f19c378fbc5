"""Filters of a course's page that somebody keeps under a name."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import ALL, protect

revision = "0040"
down_revision: str | None = "0039"


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "public_id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint(
            "organisation_id", "person_id", "course_id", "name",
            name=op.f("uq_saved_views_organisation_id_person_id_course_id_name"),
        ),
    )  # fmt: skip
    protect("saved_views", web=ALL)
