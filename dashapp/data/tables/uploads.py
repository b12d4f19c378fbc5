"""Files that administrators have sent from the browser."""

from sqlalchemy import BigInteger, Column, Identity, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

uploads = Table(
    "uploads",
    metadata,
    organisation(),
    Column("upload_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("sent_by", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    moment("received_at", nullable=False),
    moment("kept_until", nullable=False),
    PrimaryKeyConstraint("organisation_id", "upload_id"),
    UniqueConstraint("organisation_id", "public_id"),
)
"""Files that have arrived whole and are kept for what they were sent for. A file stands below DATA_DIR under its
`public_id`; `name` is what its sender's machine called it. `purpose`: roster or history."""
