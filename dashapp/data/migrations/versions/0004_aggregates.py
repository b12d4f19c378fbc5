"""Aggregates, from which every page is drawn."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dashapp.data.migrations.protection import ALL, READ, protect

revision = "0004"
down_revision: str | None = "0003"

_TABLES = (
    "learner_course_days",
    "learner_course_day_types",
    "learner_activities",
    "submissions",
    "item_responses",
    "video_segments",
    "forum_posts",
    "course_hours",
    "course_days",
    "activity_days",
    "organisation_days",
)
_UPDATED = (
    "learner_course_days",
    "learner_course_day_types",
    "learner_activities",
    "course_hours",
    "course_days",
    "activity_days",
    "organisation_days",
)


def upgrade() -> None:
    _learner_course_days()
    _learner_course_day_types()
    _learner_activities()
    _submissions()
    _item_responses()
    _video_segments()
    _forum_posts()
    _course_hours()
    _course_days()
    _activity_days()
    _organisation_days()
    _policies()
    _storage()


def _learner_course_days() -> None:
    op.create_table(
        "learner_course_days",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("minutes", postgresql.BIT(length=1500), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "organisation_id", "course_id", "person_id", "day", name=op.f("pk_learner_course_days")
        ),
    )
    op.create_index(
        op.f("ix_learner_course_days_organisation_id_day_course_id_person_id"),
        "learner_course_days",
        ["organisation_id", "day", "course_id", "person_id"],
        unique=False,
    )


def _learner_course_day_types() -> None:
    op.create_table(
        "learner_course_day_types",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("activity_type", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "course_id",
            "person_id",
            "day",
            "activity_type",
            name=op.f("pk_learner_course_day_types"),
        ),
    )


def _learner_activities() -> None:
    op.create_table(
        "learner_activities",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "course_id", "activity_id", "person_id", name=op.f("pk_learner_activities")
        ),
    )
    op.create_index(
        op.f("ix_learner_activities_organisation_id_person_id_course_id"),
        "learner_activities",
        ["organisation_id", "person_id", "course_id"],
        unique=False,
    )


def _submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("max_score", sa.Double(), nullable=True),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("banked", sa.Boolean(), nullable=False),
        sa.Column("day_precision", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "course_id",
            "activity_id",
            "person_id",
            "source_id",
            "event_id",
            name=op.f("pk_submissions"),
        ),
    )
    op.create_index(
        op.f("ix_submissions_organisation_id_person_id_course_id"),
        "submissions",
        ["organisation_id", "person_id", "course_id"],
        unique=False,
    )


def _item_responses() -> None:
    op.create_table(
        "item_responses",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("correct", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("max_score", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "course_id",
            "activity_id",
            "person_id",
            "source_id",
            "event_id",
            name=op.f("pk_item_responses"),
        ),
    )


def _video_segments() -> None:
    op.create_table(
        "video_segments",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("position_from", sa.Double(), nullable=False),
        sa.Column("position_to", sa.Double(), nullable=False),
        sa.Column("watched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "course_id",
            "activity_id",
            "person_id",
            "source_id",
            "event_id",
            name=op.f("pk_video_segments"),
        ),
    )


def _forum_posts() -> None:
    op.create_table(
        "forum_posts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "course_id",
            "activity_id",
            "person_id",
            "source_id",
            "event_id",
            name=op.f("pk_forum_posts"),
        ),
    )


def _course_hours() -> None:
    op.create_table(
        "course_hours",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", "hour", name=op.f("pk_course_hours")),
    )


def _course_days() -> None:
    op.create_table(
        "course_days",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", "day", name=op.f("pk_course_days")),
    )
    op.create_index(op.f("ix_course_days_organisation_id_day"), "course_days", ["organisation_id", "day"], unique=False)


def _activity_days() -> None:
    op.create_table(
        "activity_days",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", "activity_id", "day", name=op.f("pk_activity_days")),
    )


def _organisation_days() -> None:
    op.create_table(
        "organisation_days",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "day", "slot", name=op.f("pk_organisation_days")),
    )


def _policies() -> None:
    for table in _TABLES:
        protect(table, web=READ, ingest=ALL)


def _storage() -> None:
    """Rows that are updated all day keep room on their page, so that no index is touched; and are vacuumed early."""
    for table in _UPDATED:
        op.execute(
            f"ALTER TABLE {table} SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05,"
            " autovacuum_analyze_scale_factor = 0.05)"
        )
