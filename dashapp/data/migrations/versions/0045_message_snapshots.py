"""How learners stood when they were written to, and 7 and 14 days later; the date of the last mail for the list."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import OWN_ORGANISATION, protect

revision = "0045"
down_revision: str | None = "0044"


def upgrade() -> None:
    op.create_table(
        "message_snapshots",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("days_after", sa.SmallInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=True),
        sa.Column("active_days", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "organisation_id", "message_id", "person_id", "days_after", name=op.f("pk_message_snapshots")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id", "person_id"],
            [
                "message_recipients.organisation_id",
                "message_recipients.message_id",
                "message_recipients.person_id",
            ],
            name=op.f("fk_message_snapshots_message_recipients"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_message_recipients_sent",
        "message_recipients",
        ["organisation_id", "sent_at"],
        postgresql_where=sa.text("state = 'sent'"),
    )
    protect("message_snapshots")
    # The list of learners says when each was last written to: whom and when, nothing of what was said or why.
    for table, columns in (
        ("messages", "organisation_id, message_id, course_id"),
        ("message_recipients", "organisation_id, message_id, person_id, state, sent_at"),
    ):
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO la_web")
        op.execute(f"CREATE POLICY la_web_select ON {table} FOR SELECT TO la_web USING ({OWN_ORGANISATION})")
