"""How far behind each partition of the transport is."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import ALL

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    op.create_table(
        "ingest_partitions",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("behind", sa.BigInteger(), nullable=False),
        sa.Column("oldest_waiting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("transport", "topic", "partition", name=op.f("pk_ingest_partitions")),
    )
    op.execute(f"GRANT {ALL} ON ingest_partitions TO la_ingest")
    op.execute("GRANT SELECT ON ingest_partitions TO la_web, la_jobs")
    op.execute("ALTER TABLE ingest_partitions SET (fillfactor = 50, autovacuum_vacuum_threshold = 500)")


def downgrade() -> None:
    op.drop_table("ingest_partitions")
