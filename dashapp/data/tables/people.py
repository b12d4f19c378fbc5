"""Who somebody is: people, the identifiers of senders, merges, and what only a fairness audit may read."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import described, metadata, moment, organisation, public_id

people = Table(
    "people",
    metadata,
    organisation(),
    Column("person_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("email", Text),
    Column("is_test", Boolean, nullable=False, server_default=text("false")),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    Column("merged_into", BigInteger),
    *described(),
    PrimaryKeyConstraint("organisation_id", "person_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(None, "organisation_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)
"""`merged_into` names the person who stands for this one; chains are kept one step long. Raw events keep the key under
which they arrived, so that a split can give them back."""

person_identifiers = Table(
    "person_identifiers",
    metadata,
    organisation(),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "issuer", "kind", "value"),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "person_id"),
)

person_merges = Table(
    "person_merges",
    metadata,
    organisation(),
    Column("merge_id", BigInteger, Identity(), nullable=False),
    Column("kept_id", BigInteger, nullable=False),
    Column("absorbed_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("merged_by", Text, nullable=False),
    moment("merged_at", nullable=False),
    Column("split_by", Text),
    moment("split_at"),
    PrimaryKeyConstraint("organisation_id", "merge_id"),
)
"""The audit of merges and splits; a row without `split_at` is in force."""

demographics = Table(
    "demographics",
    metadata,
    organisation(),
    Column("person_id", BigInteger, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("attributes", JSONB, nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id", "course_id"),
)
"""For a fairness audit only: the web role may not read it, ingest may write but not read."""
