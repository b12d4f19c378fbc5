"""Reports, their versions, and with whom they are shared."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import ALL, protect

revision = "0048"
down_revision: str | None = "0047"


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "public_id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_organisation_id_owner_id", "reports", ["organisation_id", "owner_id"])
    op.create_table(
        "report_versions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "report_id", "revision", name=op.f("pk_report_versions")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "report_id"], ["reports.organisation_id", "reports.public_id"],
            name=op.f("fk_report_versions_reports"), ondelete="CASCADE",
        ),
    )  # fmt: skip
    op.create_table(
        "report_shares",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("may_edit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "public_id", name=op.f("pk_report_shares")),
        sa.UniqueConstraint(
            "organisation_id", "report_id", "role", "person_id",
            name=op.f("uq_report_shares_organisation_id_report_id_role_person_id"), postgresql_nulls_not_distinct=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "report_id"], ["reports.organisation_id", "reports.public_id"],
            name=op.f("fk_report_shares_reports"), ondelete="CASCADE",
        ),
    )  # fmt: skip
    for table in ("reports", "report_versions", "report_shares"):
        protect(table, web=ALL)
