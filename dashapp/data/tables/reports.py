"""Reports that people build, with their versions, and with whom they share them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

reports = Table(
    "reports",
    metadata,
    organisation(),
    public_id(),
    Column("owner_id", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    moment("created_at", nullable=False),
    moment("changed_at", nullable=False),
    moment("deleted_at"),
    PrimaryKeyConstraint("organisation_id", "public_id"),
    Index(None, "organisation_id", "owner_id"),
)
"""Reports as they are now: documents of questions, without any figure. `title` is the document's own, for lists. One
that is deleted can be put back for 30 days."""

report_versions = Table(
    "report_versions",
    metadata,
    organisation(),
    Column("report_id", Uuid, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
    moment("changed_at", nullable=False),
    Column("author_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "report_id", "revision"),
    ForeignKeyConstraint(
        ["organisation_id", "report_id"], ["reports.organisation_id", "reports.public_id"], ondelete="CASCADE"
    ),
)
"""What a report was after each change that was saved, the present one included; of a report the latest are kept."""

report_shares = Table(
    "report_shares",
    metadata,
    organisation(),
    public_id(),
    Column("report_id", Uuid, nullable=False),
    Column("role", Text),
    Column("person_id", BigInteger),
    Column("may_edit", Boolean, nullable=False, server_default=text("false")),
    moment("shared_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "public_id"),
    UniqueConstraint("organisation_id", "report_id", "role", "person_id", postgresql_nulls_not_distinct=True),
    ForeignKeyConstraint(
        ["organisation_id", "report_id"], ["reports.organisation_id", "reports.public_id"], ondelete="CASCADE"
    ),
)
"""With whom the owner shares a report: everybody of a role, or one person. They see it with their own figures."""
