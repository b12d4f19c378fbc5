"""Guardians: the organisation's rule, invitations and what became of them; and who is staff of a whole course."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import OWN_ORGANISATION, READ, allow_one, protect

revision = "0018"
down_revision: str | None = "0017"


def upgrade() -> None:
    _rules()
    _guardianships()
    # Pages read them; what changes them acts as la_jobs, so a hole in a page cannot make a guardian.
    protect("guardian_rules", web=READ)
    protect("guardianships", web=READ)
    # A role in a section is one in its course, too: only the facts tell who has both.
    allow_one("membership_facts", "la_web", "SELECT", OWN_ORGANISATION)


def _rules() -> None:
    op.create_table(
        "guardian_rules",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("by_age", sa.Boolean(), nullable=False),
        sa.Column("by_consent", sa.Boolean(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_guardian_rules")),
    )


def _guardianships() -> None:
    op.create_table(
        "guardianships",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("guardianship_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("learner_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("under_age_until", sa.Date(), nullable=True),
        sa.Column("guardian_id", sa.BigInteger(), nullable=True),
        sa.Column("membership_id", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "guardianship_id", name=op.f("pk_guardianships")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_guardianships_organisation_id_public_id")),
        sa.UniqueConstraint("organisation_id", "code_hash", name=op.f("uq_guardianships_organisation_id_code_hash")),
    )
    for column in ("learner_id", "membership_id"):
        op.create_index(
            op.f(f"ix_guardianships_organisation_id_{column}"), "guardianships", ["organisation_id", column]
        )
