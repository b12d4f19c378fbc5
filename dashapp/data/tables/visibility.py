"""What students see of themselves beside others."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, PrimaryKeyConstraint, Table, Text, Time, text

from dashapp.data.tables.columns import metadata, moment, organisation

visibility_policies = Table(
    "visibility_policies",
    metadata,
    organisation(),
    Column("course_id", BigInteger, nullable=False),
    Column("comparisons", Boolean),
    Column("score_distribution", Boolean),
    Column("risk_words", Boolean),
    Column("advisers", Boolean),
    Column("quiet_from", Time),
    Column("quiet_to", Time),
    Column("open_to_courses", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    moment("changed_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "course_id"),
)
"""`course_id` 0: the organisation's own decisions; other rows: what a course decides otherwise, null where it does not.
Advisers, quiet hours and what courses may decide are the organisation's alone."""
