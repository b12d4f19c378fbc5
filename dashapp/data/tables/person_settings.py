"""What people have chosen for themselves."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table, Text

from dashapp.data.tables.columns import metadata, moment, organisation

person_settings = Table(
    "person_settings",
    metadata,
    organisation(),
    Column("person_id", BigInteger, nullable=False),
    Column("theme", Text),
    Column("language", Text),
    Column("rate", Integer),
    Column("default_course_id", BigInteger),
    moment("changed_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id"),
)
"""How pages look and speak for a person, how often they ask for news (`rate`: milliseconds, 0 paused), and the course
where they begin. Null: not chosen, the browser decides. After a merge those of the one who stands for both hold."""
