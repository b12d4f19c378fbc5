"""Guardians who may be who has invited, by another name: somebody else confirms them.

An account that the code has made, that has a link of theirs, or a provider that they have set up.

And whoever writes what a platform says of people asks in the same transaction whether it is believed.
"""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import OWN_ORGANISATION, allow_one

revision = "0039"
down_revision: str | None = "0038"


def upgrade() -> None:
    op.add_column(
        "guardianships", sa.Column("needs_confirming", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("guardianships", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("guardianships", sa.Column("confirmed_by", sa.Text(), nullable=True))
    op.add_column("identity_providers", sa.Column("set_by", sa.Text(), nullable=True))
    for table in ("lti_platforms", "lti_deployments"):
        allow_one(table, "la_ingest", "SELECT", OWN_ORGANISATION)
