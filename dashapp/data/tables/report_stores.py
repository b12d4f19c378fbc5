"""The stores into which schedules put copies of reports."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table, Text

from dashapp.data.tables.columns import metadata, moment, organisation

report_stores = Table(
    "report_stores",
    metadata,
    organisation(),
    Column("endpoint", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("path_style", Boolean, nullable=False),
    Column("access_key", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    moment("set_at", nullable=False),
    PrimaryKeyConstraint("organisation_id"),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)
"""The S3-compatible store of an organisation. `path_style`: the bucket stands in the path of addresses.
`sealed_secret`: as `dashapp.security.sealing` seals it."""
