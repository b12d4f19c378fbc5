"""Files that administrators send from the browser."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import protect

revision = "0036"
down_revision: str | None = "0035"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "upload_id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_uploads_organisation_id_public_id")),
    )
    # What somebody has sent is read by jobs alone: no page shows a file as it came.
    protect("uploads")
