"""Whether guardians may see a learner's page in an organisation, and who was invited to be one of whom."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
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

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

guardian_rules = Table(
    "guardian_rules",
    metadata,
    organisation(),
    Column("by_age", Boolean, nullable=False),
    Column("by_consent", Boolean, nullable=False),
    Column("age", Integer, nullable=False),
    moment("changed_at", nullable=False),
    PrimaryKeyConstraint("organisation_id"),
)
"""No row, or neither of the two: nobody sees anything as a guardian."""

guardianships = Table(
    "guardianships",
    metadata,
    organisation(),
    Column("guardianship_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("learner_id", BigInteger, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("invited_by", Text, nullable=False),
    moment("invited_at", nullable=False),
    moment("code_expires_at", nullable=False),
    Column("under_age_until", Date),
    Column("guardian_id", BigInteger),
    Column("membership_id", BigInteger),
    moment("accepted_at"),
    Column("needs_confirming", Boolean, nullable=False, server_default=text("false")),
    moment("confirmed_at"),
    Column("confirmed_by", Text),
    moment("consented_at"),
    moment("ended_at"),
    Column("ended_by", Text),
    PrimaryKeyConstraint("organisation_id", "guardianship_id"),
    UniqueConstraint("organisation_id", "public_id"),
    UniqueConstraint("organisation_id", "code_hash"),
    Index(None, "organisation_id", "learner_id"),
    Index(None, "organisation_id", "membership_id"),
)
"""One invitation and what became of it. `code_hash` is the SHA-256 of the one-time code, `under_age_until` the first
local day on which the learner is of age, as the administration has it: no day of birth is kept. The right itself is a
membership (`membership_id`) of the guardian over the learner; it counts only while the rule above and this row let it.
`needs_confirming`: the guardian may be who has invited, by another name (the code has made their account, or who has
invited made a link to its password, or set up the provider), so that somebody else confirms them (`confirmed_at`), or
the learner agrees, before it counts.
"""
