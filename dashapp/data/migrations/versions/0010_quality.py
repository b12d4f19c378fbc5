"""How good the data of the senders are."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import ALL, OWN_ORGANISATION, WRITE, protect

revision = "0010"
down_revision: str | None = "0009"

_COUNTS = (
    "received", "refused", "repeated", "learning", "unknown", "incomplete", "out_of_range", "live", "late", "slow",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "quality_hours",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.Column("last_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "hour", "source_id", "course_id", "slot", name=op.f("pk_quality_hours")
        ),
    )
    protect("quality_hours", web="SELECT", ingest=ALL)
    op.create_table(
        "quality_alerts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("quality_alert_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lowest_score", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "quality_alert_id", name=op.f("pk_quality_alerts")),
    )
    op.create_index(
        "uq_quality_alerts_open",
        "quality_alerts",
        ["organisation_id", "source_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    protect("quality_alerts", web="SELECT", ingest=WRITE)
    # Pages name a source; which keys and kinds it has is not theirs to know.
    op.execute("GRANT SELECT (organisation_id, source_id, name) ON sources TO la_web")
    op.execute(f"CREATE POLICY la_web_names ON sources FOR SELECT TO la_web USING ({OWN_ORGANISATION})")
