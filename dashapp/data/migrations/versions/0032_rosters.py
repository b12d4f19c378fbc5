"""Rosters from files: settings by source, imports, what each source says now, and what its last import has changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.migrations.protection import ALL, READ, WRITE, protect

revision = "0032"
down_revision: str | None = "0031"


def _organisation() -> "sa.Column[int]":
    return sa.Column("organisation_id", sa.BigInteger(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _source() -> "sa.Column[int]":
    return sa.Column("source_id", sa.Integer(), nullable=False)


def upgrade() -> None:
    _sources()
    _imports()
    _records()
    # An import acts as la_ingest, so that row-level security keeps it from giving power, as it keeps events from it.
    # Settings are the administration's, and so is taking an import back.
    protect("roster_sources", web=READ, ingest=READ)
    protect("roster_imports", web=READ, ingest=WRITE)
    protect("roster_records", ingest=ALL)
    protect("roster_enrolments", ingest=ALL)
    protect("roster_before", ingest=ALL)


def _sources() -> None:
    op.create_table(
        "roster_sources",
        _organisation(),
        _source(),
        sa.Column("settings", JSONB(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        _moment("changed_at", nullable=False),
        _moment("looked_at"),
        sa.Column("looked_etag", sa.Text(), nullable=True),
        sa.Column("looked_hash", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "source_id", name=op.f("pk_roster_sources")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.source_id"], name=op.f("fk_roster_sources_sources")),
    )


def _imports() -> None:
    keys = ("made_people", "made_courses", "merges")
    op.create_table(
        "roster_imports",
        _organisation(),
        sa.Column("import_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _source(),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        _moment("imported_at", nullable=False),
        _moment("undone_at"),
        sa.Column("undone_by", sa.Text(), nullable=True),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("files", "counts", "findings")),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        *(sa.Column(name, sa.ARRAY(sa.BigInteger()), nullable=False, server_default=sa.text("'{}'")) for name in keys),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", name=op.f("pk_roster_imports")),
    )
    op.create_index(
        op.f("ix_roster_imports_organisation_id_source_id_import_id"),
        "roster_imports",
        ["organisation_id", "source_id", "import_id"],
    )


def _records() -> None:
    op.create_table(
        "roster_records",
        _organisation(),
        _source(),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("thing", "name")),
        sa.Column("key", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Uuid(), nullable=False),
        sa.Column("said", JSONB(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "source_id", "thing", "name", name=op.f("pk_roster_records")),
    )
    op.create_table(
        "roster_enrolments",
        _organisation(),
        _source(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        _moment("begins_at", nullable=False),
        _moment("ends_at"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "source_id", "name", name=op.f("pk_roster_enrolments")),
    )
    op.create_table(
        "roster_before",
        _organisation(),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("thing", "name")),
        sa.Column("before", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "import_id", "thing", "name", name=op.f("pk_roster_before")),
    )
