"""Structure: courses, their parts and activities; and who is what in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dashapp.data.migrations.protection import ALL, OWN_ORGANISATION, READ, WRITE, allow, allow_one, protect

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    _programmes()
    _terms()
    _courses()
    _course_identifiers()
    _course_breaks()
    _sections()
    _learner_groups()
    _units()
    _activities()
    _activity_identifiers()
    _activity_extensions()
    _outcomes()
    _membership_facts()
    _memberships()
    _policies()


def _programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("programme_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "programme_id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_programmes_organisation_id_name")),
    )


def _terms() -> None:
    op.create_table(
        "terms",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("term_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("teaching_starts", sa.Date(), nullable=True),
        sa.Column("teaching_ends", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "term_id", name=op.f("pk_terms")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_terms_organisation_id_name")),
    )


def _courses() -> None:
    op.create_table(
        "courses",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("organisation_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("programme_id", sa.BigInteger(), nullable=True),
        sa.Column("term_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("risk_rules", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", name=op.f("pk_courses")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_courses_organisation_id_public_id")),
    )


def _course_identifiers() -> None:
    op.create_table(
        "course_identifiers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "course_id"],
            ["courses.organisation_id", "courses.course_id"],
            name=op.f("fk_course_identifiers_courses"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "issuer", "kind", "value", name=op.f("pk_course_identifiers")),
    )


def _course_breaks() -> None:
    op.create_table(
        "course_breaks",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", "first_day", name=op.f("pk_course_breaks")),
    )


def _sections() -> None:
    op.create_table(
        "sections",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "section_id", name=op.f("pk_sections")),
        sa.UniqueConstraint(
            "organisation_id", "course_id", "name", name=op.f("uq_sections_organisation_id_course_id_name")
        ),
    )


def _learner_groups() -> None:
    op.create_table(
        "learner_groups",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "group_id", name=op.f("pk_learner_groups")),
        sa.UniqueConstraint(
            "organisation_id", "course_id", "name", name=op.f("uq_learner_groups_organisation_id_course_id_name")
        ),
    )


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "unit_id", name=op.f("pk_units")),
        sa.UniqueConstraint(
            "organisation_id", "course_id", "name", name=op.f("uq_units_organisation_id_course_id_name")
        ),
    )


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("activity_type", sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
        sa.Column("claimed_type", sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
        sa.Column("described_type", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_score", sa.Double(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("attempt_policy", sa.Text(), server_default=sa.text("'latest'"), nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "activity_id", name=op.f("pk_activities")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_activities_organisation_id_public_id")),
    )
    op.create_index(
        op.f("ix_activities_organisation_id_course_id"), "activities", ["organisation_id", "course_id"], unique=False
    )


def _activity_identifiers() -> None:
    op.create_table(
        "activity_identifiers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "activity_id"],
            ["activities.organisation_id", "activities.activity_id"],
            name=op.f("fk_activity_identifiers_activities"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "course_id", "issuer", "kind", "value", name=op.f("pk_activity_identifiers")
        ),
    )


def _activity_extensions() -> None:
    op.create_table(
        "activity_extensions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "activity_id", "person_id", name=op.f("pk_activity_extensions")),
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", "person_id", name=op.f("pk_outcomes")),
    )


def _membership_facts() -> None:
    op.create_table(
        "membership_facts",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "source_id", "event_id", name=op.f("pk_membership_facts")),
    )
    op.create_index(
        op.f("ix_membership_facts_organisation_id_person_id"),
        "membership_facts",
        ["organisation_id", "person_id"],
        unique=False,
    )


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "membership_id", name=op.f("pk_memberships")),
    )
    op.create_index(
        op.f("ix_memberships_organisation_id_person_id"), "memberships", ["organisation_id", "person_id"], unique=False
    )
    op.create_index(
        op.f("ix_memberships_organisation_id_scope_kind_scope_id"),
        "memberships",
        ["organisation_id", "scope_kind", "scope_id"],
        unique=False,
    )


_FROM_EVENTS = f"{OWN_ORGANISATION} AND role IN ('learner', 'teacher', 'assistant')"
"""An event cannot give power: administrators and guardians are out of ingest's reach, whatever a message says."""


def _policies() -> None:
    for table in (
        *("programmes", "terms", "courses", "sections", "learner_groups", "units", "activities"),
        *("activity_extensions", "outcomes"),
    ):
        protect(table, web=READ, ingest=WRITE)
    op.execute("GRANT USAGE ON SEQUENCE courses_course_id_seq, activities_activity_id_seq TO la_ingest")
    protect("course_breaks", web=READ, ingest=ALL)
    protect("course_identifiers", ingest=WRITE)
    protect("activity_identifiers", ingest=WRITE)
    protect("membership_facts")
    allow("membership_facts", "la_ingest", WRITE, _FROM_EVENTS)
    protect("memberships", web=READ)
    allow_one("memberships", "la_ingest", "SELECT", OWN_ORGANISATION)
    for verb in ("INSERT", "UPDATE", "DELETE"):
        allow_one("memberships", "la_ingest", verb, f"{_FROM_EVENTS} AND granted_by = 'event'")
