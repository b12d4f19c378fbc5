"""Who has which role where, and since when: the facts that senders stated and the intervals derived from them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from dashapp.data.tables.columns import metadata, moment, organisation

membership_facts = Table(
    "membership_facts",
    metadata,
    organisation(),
    Column("source_id", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("at", nullable=False),
    moment("ends_at"),
    Column("retracted", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("organisation_id", "source_id", "event_id"),
    Index(None, "organisation_id", "person_id"),
)
"""What sources have said about roles, append-only. The dated intervals in `memberships` are derived from the facts of
one (person, scope, role, source) in the order of (at, event id), so that their order of arrival does not matter."""

memberships = Table(
    "memberships",
    metadata,
    organisation(),
    Column("membership_id", BigInteger, Identity(), nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    moment("starts_at"),
    moment("ends_at"),
    Column("source_id", Integer),
    Column("granted_by", Text, nullable=False),
    Column("with_id", BigInteger),
    PrimaryKeyConstraint("organisation_id", "membership_id"),
    Index(None, "organisation_id", "scope_kind", "scope_id"),
    Index(None, "organisation_id", "person_id"),
    Index(
        "ix_memberships_organisation_id_role_person_id",
        "organisation_id",
        "role",
        "person_id",
        postgresql_where=text("role <> 'learner'"),
    ),
)
"""Dated intervals [starts_at, ends_at). `scope_kind`: organisation, organisation_unit, course, section, group or
learners; `scope_id` is that thing's key, for learners the key of one learner: each of a caseload has a row of its own.
`granted_by`: event, administration or sign_in; a source ends only what it granted. A person in a section has a row for
the course too; where the administration has granted it, `with_id` names the section's row, with which it begins and
ends."""
