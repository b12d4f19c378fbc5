"""Schedules of reports, their runs, and the copies that went to people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dashapp.data.migrations.protection import protect

revision = "0049"
down_revision: str | None = "0048"


def upgrade() -> None:
    _schedules()
    _runs()
    for table in ("report_schedules", "schedule_targets", "schedule_runs", "deliveries"):
        protect(table)


def _schedules() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("formats", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "author_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_report_schedules_people"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "schedule_id", name=op.f("pk_report_schedules")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_report_schedules_organisation_id_public_id")),
    )
    op.create_index(
        "ix_report_schedules_next",
        "report_schedules",
        ["organisation_id", "next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        op.f("ix_report_schedules_organisation_id_report_id"),
        "report_schedules",
        ["organisation_id", "report_id"],
        unique=False,
    )
    op.create_table(
        "schedule_targets",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_schedule_targets_people"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "schedule_id"],
            ["report_schedules.organisation_id", "report_schedules.schedule_id"],
            name=op.f("fk_schedule_targets_report_schedules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "target_id", name=op.f("pk_schedule_targets")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_schedule_targets_organisation_id_public_id")),
    )
    op.create_index(
        op.f("ix_schedule_targets_organisation_id_schedule_id"),
        "schedule_targets",
        ["organisation_id", "schedule_id"],
        unique=False,
    )


def _runs() -> None:
    op.create_table(
        "schedule_runs",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "asked_by"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_schedule_runs_people"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "schedule_id"],
            ["report_schedules.organisation_id", "report_schedules.schedule_id"],
            name=op.f("fk_schedule_runs_report_schedules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "run_id", name=op.f("pk_schedule_runs")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_schedule_runs_organisation_id_public_id")),
    )
    op.create_index(
        "ix_schedule_runs_open",
        "schedule_runs",
        ["organisation_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index(
        op.f("ix_schedule_runs_organisation_id_schedule_id_due_at"),
        "schedule_runs",
        ["organisation_id", "schedule_id", "due_at"],
        unique=False,
    )
    op.create_index(
        "uq_schedule_runs_due",
        "schedule_runs",
        ["organisation_id", "schedule_id", "due_at"],
        unique=True,
        postgresql_where=sa.text("asked_by IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("copied_as", sa.Text(), nullable=True),
        sa.Column("files", postgresql.JSONB(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "decided_by"],
            ["people.organisation_id", "people.person_id"],
            name="fk_deliveries_people_decided_by",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_deliveries_people"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "run_id"],
            ["schedule_runs.organisation_id", "schedule_runs.run_id"],
            name=op.f("fk_deliveries_schedule_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "delivery_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_deliveries_organisation_id_public_id")),
        sa.UniqueConstraint(
            "organisation_id", "run_id", "target_id", name=op.f("uq_deliveries_organisation_id_run_id_target_id")
        ),
    )
    op.create_index(
        op.f("ix_deliveries_organisation_id_person_id"), "deliveries", ["organisation_id", "person_id"], unique=False
    )
