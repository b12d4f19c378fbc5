"""What a session rests on, and ends with: the word of another system, the frame from which a tab was opened, a signed
link; and views of each way of sign-in as rows of their own."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import APPEND, OWN_ORGANISATION, protect

revision = "0030"
down_revision: str | None = "0029"


def upgrade() -> None:
    _vouchers()
    _parents()
    _links()
    _views()


def _vouchers() -> None:
    for name in ("voucher", "deployment"):
        op.add_column("sessions", sa.Column(name, sa.Text(), nullable=True))
    op.create_index(op.f("ix_sessions_organisation_id_voucher"), "sessions", ["organisation_id", "voucher"])
    # Where a session begins on a provider's word, it is asked whether the provider is still believed.
    op.execute("GRANT SELECT (organisation_id, issuer, enabled) ON identity_providers TO la_web")
    op.execute(f"CREATE POLICY la_web_select ON identity_providers FOR SELECT TO la_web USING ({OWN_ORGANISATION})")


def _parents() -> None:
    op.add_column("sessions", sa.Column("parent", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_sessions_organisation_id_parent"), "sessions", ["organisation_id", "parent"])


def _links() -> None:
    op.create_table(
        "embed_link_epochs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_embed_link_epochs")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_embed_link_epochs_people"),
        ),
    )
    protect("embed_link_epochs", web=APPEND)
    op.execute("GRANT UPDATE (epoch) ON embed_link_epochs TO la_web")


def _views() -> None:
    op.drop_index("uq_audit_log_view", "audit_log")
    op.create_index(
        "uq_audit_log_view",
        "audit_log",
        ["organisation_id", "actor", "subject", "page", "quarter", sa.text("coalesce(method, '')")],
        unique=True,
        postgresql_where=sa.text("quarter IS NOT NULL"),
    )
