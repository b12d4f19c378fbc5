"""Organisations, their time zones and units, and the senders that are registered for them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", BigInteger, Identity(), primary_key=True),
    public_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("language", Text, nullable=False, server_default=text("'en'")),
    Column("structure_epoch", BigInteger, nullable=False, server_default=text("0")),
    moment("created_at", nullable=False),
)
"""`name` is the short name that events may claim. `structure_epoch` rises with every merge, split and zone change, so
that writers drop what they remember. `language`: of what has no reader whose browser says one."""

organisation_time_zones = Table(
    "organisation_time_zones",
    metadata,
    organisation(),
    Column("valid_from", Date, nullable=False),
    Column("zone", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "valid_from"),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)
"""The zone by which local days are counted, from a day on."""

organisation_units = Table(
    "organisation_units",
    metadata,
    organisation(),
    Column("organisation_unit_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("parent_id", BigInteger),
    Column("name", Text, nullable=False),
    Column("former_names", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("organisation_id", "organisation_unit_id"),
    UniqueConstraint("organisation_id", "name"),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)
"""Faculties, departments and the like: a tree. `former_names`: names by which descriptions may still call one. No name
is that of two."""

sources = Table(
    "sources",
    metadata,
    Column("source_id", Integer, Identity(), primary_key=True),
    organisation(),
    Column("name", Text, nullable=False, unique=True),
    Column("issuer", Text, nullable=False),
    Column("allowed", ARRAY(Text), nullable=False),
    Column("topics", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)
"""Registered senders. `topics`: the Kafka topics on which this source is believed; where several sources share a topic
the record's header `source` names one of them."""

source_keys = Table(
    "source_keys",
    metadata,
    organisation(),
    Column("prefix", Text, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at"),
    moment("revoked_at"),
    moment("last_used_at"),
    PrimaryKeyConstraint("organisation_id", "prefix"),
    ForeignKeyConstraint(["source_id"], ["sources.source_id"]),
)
"""What senders show to the HTTP collectors. `prefix` is the half that may be seen, `secret_hash` the SHA-256 of the
other half, which holds 256 random bits and is kept nowhere. `last_used_at` is exact to the hour."""
