"""Keys of senders, which they show to the HTTP collectors."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import allow_one, protect

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.create_table(
        "source_keys",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.source_id"], name=op.f("fk_source_keys_sources")),
        sa.PrimaryKeyConstraint("organisation_id", "prefix", name=op.f("pk_source_keys")),
    )
    protect("source_keys")
    # A key says which organisation it belongs to, so who checks it knows none yet. Pages never see a hash.
    allow_one("source_keys", "la_ingest", "SELECT", "true")
    op.execute("GRANT UPDATE (last_used_at) ON source_keys TO la_ingest")
    op.execute("CREATE POLICY la_ingest_update ON source_keys FOR UPDATE TO la_ingest USING (true)")
