"""What is known of the quality of the senders' data."""

from sqlalchemy import BigInteger, Column, Double, Identity, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table

from dashapp.data.tables.columns import metadata, moment, organisation

quality_hours = Table(
    "quality_hours",
    metadata,
    organisation(),
    moment("hour", nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("repeated", BigInteger, nullable=False),
    Column("learning", BigInteger, nullable=False),
    Column("unknown", BigInteger, nullable=False),
    Column("incomplete", BigInteger, nullable=False),
    Column("out_of_range", BigInteger, nullable=False),
    Column("live", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("slow", BigInteger, nullable=False),
    moment("last_received_at", nullable=False),
    moment("first_received_at"),
    PrimaryKeyConstraint("organisation_id", "hour", "source_id", "course_id", "slot"),
    Index(None, "organisation_id", "source_id", "hour"),
)
"""By the UTC hour of arrival; `course_id` 0: events about no course, and what could not be decoded. `slot` is the
writer's, so that no two writers wait for one row. The columns are those of `dashapp.domain.quality.Counts`."""

quality_alerts = Table(
    "quality_alerts",
    metadata,
    organisation(),
    Column("quality_alert_id", BigInteger, Identity(), nullable=False),
    Column("source_id", Integer, nullable=False),
    moment("opened_at", nullable=False),
    moment("closed_at"),
    Column("lowest_score", Double, nullable=False),
    PrimaryKeyConstraint("organisation_id", "quality_alert_id"),
    Index(
        "uq_quality_alerts_open",
        "organisation_id",
        "source_id",
        unique=True,
        postgresql_where="closed_at IS NULL",
    ),
)
"""A time during which the score of a sender was under the limit. At most one is open per sender."""
