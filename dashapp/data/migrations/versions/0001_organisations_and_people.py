"""Organisations, their senders, and people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dashapp.data.migrations.protection import OWN_ORGANISATION, READ, WRITE, allow_one, close, protect

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    _organisations()
    _organisation_time_zones()
    _organisation_units()
    _sources()
    _people()
    _person_identifiers()
    _person_merges()
    _demographics()
    _policies()
    _find_organisation()


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("structure_epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
    )


def _organisation_time_zones() -> None:
    op.create_table(
        "organisation_time_zones",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.organisation_id"],
            name=op.f("fk_organisation_time_zones_organisations"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "valid_from", name=op.f("pk_organisation_time_zones")),
    )


def _organisation_units() -> None:
    op.create_table(
        "organisation_units",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_unit_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.organisation_id"], name=op.f("fk_organisation_units_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "organisation_unit_id", name=op.f("pk_organisation_units")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_organisation_units_organisation_id_name")),
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("source_id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("allowed", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.organisation_id"], name=op.f("fk_sources_organisations")
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("described_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("described_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_people")),
        sa.UniqueConstraint("organisation_id", "public_id", name=op.f("uq_people_organisation_id_public_id")),
    )
    op.create_index(
        op.f("ix_people_organisation_id_merged_into"),
        "people",
        ["organisation_id", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def _person_identifiers() -> None:
    op.create_table(
        "person_identifiers",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_person_identifiers_people"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "issuer", "kind", "value", name=op.f("pk_person_identifiers")),
    )
    op.create_index(
        op.f("ix_person_identifiers_organisation_id_person_id"),
        "person_identifiers",
        ["organisation_id", "person_id"],
        unique=False,
    )


def _person_merges() -> None:
    op.create_table(
        "person_merges",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("merge_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("absorbed_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("split_by", sa.Text(), nullable=True),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "merge_id", name=op.f("pk_person_merges")),
    )


def _demographics() -> None:
    op.create_table(
        "demographics",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", "course_id", name=op.f("pk_demographics")),
    )


def _policies() -> None:
    close("organisations")
    allow_one("organisations", "la_web", "SELECT", OWN_ORGANISATION)
    # Ingest resolves the organisation of each source; jobs go through all organisations.
    allow_one("organisations", "la_ingest", "SELECT", "true")
    op.execute("GRANT UPDATE (structure_epoch) ON organisations TO la_ingest")
    op.execute(f"CREATE POLICY la_ingest_update ON organisations FOR UPDATE TO la_ingest USING ({OWN_ORGANISATION})")
    allow_one("organisations", "la_jobs", "SELECT", "true")
    allow_one("organisations", "la_jobs", "INSERT", "true")
    allow_one("organisations", "la_jobs", "UPDATE", OWN_ORGANISATION)
    protect("organisation_time_zones", web=READ, ingest=READ)
    protect("organisation_units", web=READ, ingest=WRITE)
    protect("sources")
    allow_one("sources", "la_ingest", "SELECT", "true")
    protect("people", web=READ, ingest=WRITE)
    # A provisional row and its identifier are made in one statement, which needs to know the key beforehand.
    op.execute("GRANT USAGE ON SEQUENCE people_person_id_seq TO la_ingest")
    protect("person_identifiers", ingest=WRITE)
    protect("person_merges", ingest=WRITE)
    protect("demographics")
    # Ingest writes what the sender says, and can't read it back: an upsert needs the key's columns only.
    op.execute("GRANT INSERT, UPDATE (attributes) ON demographics TO la_ingest")
    op.execute("GRANT SELECT (organisation_id, person_id, course_id) ON demographics TO la_ingest")
    op.execute(
        "CREATE POLICY la_ingest_rows ON demographics TO la_ingest"
        f" USING ({OWN_ORGANISATION}) WITH CHECK ({OWN_ORGANISATION})"
    )


def _find_organisation() -> None:
    """A sign-in knows an organisation's short name before it may see anything: one name in, one key out, no list."""
    op.execute("CREATE POLICY la_owner_select ON organisations FOR SELECT TO la_owner USING (true)")
    op.execute(
        """
        CREATE FUNCTION find_organisation(short_name text) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = analytics, pg_temp
        AS 'SELECT organisation_id FROM organisations WHERE name = short_name'
        """
    )
    op.execute("REVOKE ALL ON FUNCTION find_organisation(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION find_organisation(text) TO la_web, la_ingest, la_jobs")
