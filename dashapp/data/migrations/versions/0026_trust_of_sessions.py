"""What a session rests on, and ends with: the word of another system, the frame from which a tab was opened."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import OWN_ORGANISATION

revision = "0026"
down_revision: str | None = "0021"


def upgrade() -> None:
    _vouchers()
    _parents()


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
