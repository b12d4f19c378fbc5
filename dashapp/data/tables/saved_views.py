"""What people keep for themselves of the pages of courses."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

saved_views = Table(
    "saved_views",
    metadata,
    organisation(),
    public_id(),
    Column("person_id", BigInteger, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    moment("created_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "public_id"),
    UniqueConstraint("organisation_id", "person_id", "course_id", "name"),
)
"""Filters of a course's page under a name: those of one person, for whom alone they are. `query` is what stands in the
address behind "?"; it names no learner, and is parsed anew each time."""
