"""Learning platforms that launch pages (LTI 1.3): whom we believe, with which keys we sign, what was launched."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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

lti_platforms = Table(
    "lti_platforms",
    metadata,
    organisation(),
    Column("platform_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("title", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("authorization_url", Text, nullable=False),
    Column("token_url", Text, nullable=False),
    Column("token_audience", Text),
    Column("keyset_url", Text, nullable=False),
    Column("pages_url", Text),
    Column("events_issuer", Text),
    Column("source_id", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("shared_login", Boolean, nullable=False, server_default=text("false")),
    Column("added_by", Text, nullable=False),
    moment("added_at", nullable=False),
    moment("last_launch_at"),
    Column("last_refusal", Text),
    moment("last_refusal_at"),
    PrimaryKeyConstraint("organisation_id", "platform_id"),
    UniqueConstraint("organisation_id", "public_id"),
    UniqueConstraint("organisation_id", "issuer", "client_id"),
    ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
)
"""A registration at a platform. A login comes to the organisation's own address, and names (issuer, client id) there.
`shared_login`: it was made when all organisations had one address for logins, and goes before others at that one.
`source_id` is the source under which its launches and rosters give roles. `pages_url`:
where its pages stand, if at another host than where it signs people in. `events_issuer`: the issuer by which events
name the courses of this platform, where it is not the platform's own."""

lti_deployments = Table(
    "lti_deployments",
    metadata,
    organisation(),
    Column("platform_id", BigInteger, nullable=False),
    Column("deployment_id", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    moment("seen_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "platform_id", "deployment_id"),
    ForeignKeyConstraint(
        ["organisation_id", "platform_id"],
        ["lti_platforms.organisation_id", "lti_platforms.platform_id"],
        ondelete="CASCADE",
    ),
)
"""Where a registration is in use. One that is not `enabled` has been named by a signed launch and waits for the
administration."""

lti_used_states = Table(
    "lti_used_states",
    metadata,
    organisation(),
    Column("state_hash", LargeBinary, nullable=False),
    moment("expires_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "state_hash"),
)
"""Logins that have been completed: who inserts the row first is launched, everybody else is a replay. A login that
nobody completes leaves no row."""

lti_contexts = Table(
    "lti_contexts",
    metadata,
    organisation(),
    Column("platform_id", BigInteger, nullable=False),
    Column("deployment_id", Text, nullable=False),
    Column("context_id", Text, nullable=False),
    Column("title", Text),
    Column("label", Text),
    Column("course_id", BigInteger),
    Column("roster_url", Text),
    moment("last_launch_at", nullable=False),
    moment("roster_tried_at"),
    moment("roster_read_at"),
    Column("roster_members", Integer),
    PrimaryKeyConstraint("organisation_id", "platform_id", "deployment_id", "context_id"),
    ForeignKeyConstraint(
        ["organisation_id", "platform_id"],
        ["lti_platforms.organisation_id", "lti_platforms.platform_id"],
        ondelete="CASCADE",
    ),
)
"""Courses of a platform, and which of ours each is (null: nobody has said yet). `roster_url` comes from the signed
claim of a launch only."""

lti_resource_links = Table(
    "lti_resource_links",
    metadata,
    organisation(),
    Column("platform_id", BigInteger, nullable=False),
    Column("deployment_id", Text, nullable=False),
    Column("resource_link_id", Text, nullable=False),
    Column("context_id", Text),
    Column("title", Text),
    Column("page", Text, nullable=False),
    moment("last_launch_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "platform_id", "deployment_id", "resource_link_id"),
    ForeignKeyConstraint(
        ["organisation_id", "platform_id"],
        ["lti_platforms.organisation_id", "lti_platforms.platform_id"],
        ondelete="CASCADE",
    ),
)
"""Where a page is embedded, and which."""

lti_keys = Table(
    "lti_keys",
    metadata,
    organisation(),
    Column("key_id", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("private_key", Text, nullable=False),
    moment("made_at", nullable=False),
    moment("retired_at"),
    PrimaryKeyConstraint("organisation_id", "key_id"),
)
"""The tool's own keys: the newest that is not retired signs, all that were retired a short while ago can still be
verified. `public_key` is a JWK as JSON, `private_key` one that is encrypted with a key derived from SECRET_KEYS."""

lti_registration_codes = Table(
    "lti_registration_codes",
    metadata,
    organisation(),
    Column("code_hash", LargeBinary, nullable=False),
    Column("made_by", Text, nullable=False),
    moment("made_at", nullable=False),
    moment("expires_at", nullable=False),
    moment("used_at"),
    Column("platform_id", BigInteger),
    Column("failed", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("organisation_id", "code_hash"),
)
"""Codes by which a platform may register itself, each once. The code itself is kept nowhere."""
