"""Who somebody is: people, the identifiers of senders, merges, and what only a fairness audit may read."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
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

from dashapp.data.folding import NAMES_SQL
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
    Column("described_test", Boolean, nullable=False, server_default=text("false")),
    Column("test_override", Boolean),
    Column("provisional", Boolean, nullable=False, server_default=text("true")),
    Column("merged_into", BigInteger),
    Column("described_as", BigInteger),
    Column("folded", Text, Computed(NAMES_SQL, persisted=True)),
    *described(),
    PrimaryKeyConstraint("organisation_id", "person_id"),
    UniqueConstraint("organisation_id", "public_id"),
    Index(None, "organisation_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)
"""`merged_into` names the person who stands for this one; chains are kept one step long. Raw events keep the key under
which they arrived, so that a split can give them back. Descriptions stay with the key under which they came, too:
`described_as` names the merged person whose description is the latest of all that are one; null: this person's own.
`is_test` is what holds: what the administration has said of the one who stands for this person (`test_override`), else
of this row, else what the description says (`described_test`). `folded`: the names and the address to search in and to
sort by."""

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
"""How senders name a person. After a merge, the names of both lead to the one who stands for them."""

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
    Index(None, "organisation_id", postgresql_where=text("split_at IS NOT NULL")),
    Index(None, "organisation_id", "kept_id"),
    Index(None, "organisation_id", "absorbed_id"),
)
"""The audit of merges and splits; a row without `split_at` is in force."""

join_rules = Table(
    "join_rules",
    metadata,
    organisation(),
    Column("issuer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("same_issuer", Text, nullable=False),
    Column("same_kind", Text, nullable=False),
    Column("transform", Text, nullable=False),
    Column("prefix", Text, nullable=False, server_default=text("''")),
    Column("added_by", Text, nullable=False),
    moment("added_at", nullable=False),
    PrimaryKeyConstraint("organisation_id", "issuer", "kind"),
)
"""Which names are the same person, as the administration has it: see `dashapp.domain.joins`. Ingest reads them only."""

described_mailboxes = Table(
    "described_mailboxes",
    metadata,
    organisation(),
    Column("mailbox", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "mailbox", "issuer", "person_id"),
    ForeignKeyConstraint(["organisation_id", "person_id"], ["people.organisation_id", "people.person_id"]),
    Index(None, "organisation_id", "person_id"),
)
"""Every mailbox, as a hash, that an issuer has ever said to be a person's, by the key of arrival. It joins nobody by
itself: a rule may, and may come later than what was said."""

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
