"""How people and services prove who they are: accounts, links to set a password, providers of identity, keys."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from dashapp.data.tables.columns import metadata, moment, organisation

accounts = Table(
    "accounts",
    metadata,
    organisation(),
    Column("account_id", BigInteger, Identity(), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("sign_in_name", Text, nullable=False),
    Column("password_hash", Text),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    moment("created_at", nullable=False),
    moment("password_set_at"),
    PrimaryKeyConstraint("organisation_id", "account_id"),
    UniqueConstraint("organisation_id", "sign_in_name"),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "person_id"),
)
"""Local accounts. `sign_in_name` is in the form of `dashapp.security.passwords.plain_name`; `password_hash` is argon2's
own text, null until the owner has set one."""

password_links = Table(
    "password_links",
    metadata,
    organisation(),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at", nullable=False),
    moment("expires_at", nullable=False),
    moment("used_at"),
    PrimaryKeyConstraint("organisation_id", "secret_hash"),
    ForeignKeyConstraint(["organisation_id", "account_id"], ["accounts.organisation_id", "accounts.account_id"]),
)
"""One-time links with which somebody sets their password. `secret_hash` is the SHA-256 of 256 random bits."""

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    organisation(),
    Column("name_hash", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    moment("locked_until", nullable=False),
    moment("last_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "name_hash"),
    Index(None, "last_at"),
)
"""Tries to sign in since the last that succeeded, by a keyed hash of the name, whether anybody has that name or not; of
an organisation that does not exist under the key 0. Rows of the day before yesterday are removed."""

identity_providers = Table(
    "identity_providers",
    metadata,
    organisation(),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("join_claim", Text),
    Column("administrator_claim", Text),
    Column("administrator_values", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    moment("created_at", nullable=False),
    Column("set_by", Text),
    PrimaryKeyConstraint("organisation_id", "name"),
    UniqueConstraint("organisation_id", "issuer"),
)
"""Providers of OpenID Connect. The client's secret is in the settings, under `name`. `join_claim`: a claim that is a
further identifier of the person, of the kind of the claim's name. Who has one of `administrator_values` in
`administrator_claim` administers the organisation while that is so. `set_by`: the public id of the administrator
who set it up last, or the name of an operator."""

service_keys = Table(
    "service_keys",
    metadata,
    organisation(),
    Column("prefix", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_by", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False),
    moment("revoked_at"),
    moment("last_used_at"),
    PrimaryKeyConstraint("organisation_id", "prefix"),
    UniqueConstraint("prefix"),
)
"""What other services show to read from the API. As in `source_keys`, only the SHA-256 of the secret is kept, and
`last_used_at` is exact to the hour."""
