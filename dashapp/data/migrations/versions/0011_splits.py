"""Who has been split is looked up whenever rules join people: they are few among many merges."""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    op.create_index(
        op.f("ix_person_merges_organisation_id"),
        "person_merges",
        ["organisation_id"],
        unique=False,
        postgresql_where=text("split_at IS NOT NULL"),
    )
