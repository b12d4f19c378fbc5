"""What the pages about people need: names to search in, who is a test person by whose word, grants in sections."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.folding import NAMES_SQL

revision = "0033"
down_revision: str | None = "0032"


def upgrade() -> None:
    op.add_column("people", sa.Column("folded", sa.Text(), sa.Computed(NAMES_SQL, persisted=True), nullable=True))
    op.add_column("people", sa.Column("described_test", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("people", sa.Column("test_override", sa.Boolean(), nullable=True))
    op.execute("ALTER TABLE people NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE people SET described_test = true WHERE is_test")
    op.execute("ALTER TABLE people FORCE ROW LEVEL SECURITY")
    op.add_column("memberships", sa.Column("with_id", sa.BigInteger(), nullable=True))
    # The few of many: without it, who teaches or advises would be looked for among all who learn.
    op.create_index(
        op.f("ix_memberships_organisation_id_role_person_id"),
        "memberships",
        ["organisation_id", "role", "person_id"],
        postgresql_where=sa.text("role <> 'learner'"),
    )
    for name in ("kept_id", "absorbed_id"):
        op.create_index(op.f(f"ix_person_merges_organisation_id_{name}"), "person_merges", ["organisation_id", name])
