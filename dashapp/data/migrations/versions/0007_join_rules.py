"""Which names are the same person: the administration's rules, and the mailboxes that they may speak of."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import APPEND, READ, protect

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    op.add_column("people", sa.Column("described_as", sa.BigInteger(), nullable=True))
    op.create_table(
        "join_rules",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("same_issuer", sa.Text(), nullable=False),
        sa.Column("same_kind", sa.Text(), nullable=False),
        sa.Column("transform", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "issuer", "kind", name=op.f("pk_join_rules")),
    )
    op.create_table(
        "described_mailboxes",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_described_mailboxes_people"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "mailbox", "issuer", "person_id", name=op.f("pk_described_mailboxes")
        ),
    )
    # Rules give people each other's names, so only the administration makes them.
    protect("join_rules", ingest=READ)
    protect("described_mailboxes", ingest=APPEND)
    # When ingest finds that two people are one, what both have is added up, and the absorbed one's rows go.
    op.execute("GRANT DELETE ON outcomes, activity_extensions TO la_ingest")
    # A rule that is added later makes the names that known ones lead to, in the same way as ingest does.
    op.execute("GRANT USAGE ON SEQUENCE people_person_id_seq TO la_jobs")
