"""Rosters of institutions: how each source is read, what its files say, and what an import has to be taken back by."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.tables.columns import metadata, moment, organisation, public_id

roster_sources = Table(
    "roster_sources",
    metadata,
    organisation(),
    Column("source_id", Integer, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("changed_by", Text, nullable=False),
    moment("changed_at", nullable=False),
    moment("looked_at"),
    Column("looked_etag", Text),
    Column("looked_hash", Text),
    Column("trouble", Text),
    PrimaryKeyConstraint("organisation_id", "source_id"),
    ForeignKeyConstraint(["source_id"], ["sources.source_id"]),
)
"""Senders whose rosters are taken, and how: see `dashapp.domain.rosters.RosterSettings`. `looked_…`: when the schedule
has looked for new files, and what it found; `trouble`: why it took none of them."""

roster_imports = Table(
    "roster_imports",
    metadata,
    organisation(),
    Column("import_id", BigInteger, Identity(), nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("imported_by", Text, nullable=False),
    moment("imported_at", nullable=False),
    moment("undone_at"),
    Column("undone_by", Text),
    Column("files", JSONB, nullable=False),
    Column("counts", JSONB, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("made_people", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("made_courses", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("merges", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("organisation_id", "import_id"),
    Index(None, "organisation_id", "source_id", "import_id"),
)
"""Every time that files were looked at to be taken. `state`: applied, unchanged, refused or undone. `made_…` and
`merges` are kept of the last one that was applied of each source, since only that one can be taken back."""

roster_records = Table(
    "roster_records",
    metadata,
    organisation(),
    Column("source_id", Integer, nullable=False),
    Column("thing", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("key", BigInteger),
    Column("digest", Uuid, nullable=False),
    Column("said", JSONB),
    Column("import_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "source_id", "thing", "name"),
)
"""What a roster says now: its units, terms, courses, sections and people, each with its key and a digest of what was
said, and the rows of small files that later changes refer to. Of people nothing is kept but whether their account is
in use. `import_id`: the import that has said so."""

roster_enrolments = Table(
    "roster_enrolments",
    metadata,
    organisation(),
    Column("source_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Uuid, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("scope_kind", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    moment("begins_at", nullable=False),
    moment("ends_at"),
    Column("event_id", Uuid, nullable=False),
    Column("import_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "source_id", "name"),
)
"""The enrolments that a roster has now, each with the membership fact (`event_id`) that it has become. `person_id` is
the key of arrival."""

roster_before = Table(
    "roster_before",
    metadata,
    organisation(),
    Column("import_id", BigInteger, nullable=False),
    Column("thing", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("before", JSONB, nullable=False),
    PrimaryKeyConstraint("organisation_id", "import_id", "thing", "name"),
)
"""What the last import of a source has changed, as it was before: descriptions of people, too, until the next import.
Beside it names stand in `people` alone, and in `roster_run_rows`; pages cannot read it."""

roster_runs = Table(
    "roster_runs",
    metadata,
    organisation(),
    Column("run_id", BigInteger, Identity(), nullable=False),
    public_id(),
    Column("source_id", Integer, nullable=False),
    Column("task", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    moment("asked_at", nullable=False),
    moment("started_at"),
    moment("beat_at"),
    Column("step", Text, nullable=False, server_default=text("''")),
    Column("rows_done", BigInteger, nullable=False, server_default=text("0")),
    Column("files", JSONB, nullable=False),
    Column("report", JSONB),
    Column("accept_endings", Boolean, nullable=False, server_default=text("false")),
    Column("accept_conflicts", Boolean, nullable=False, server_default=text("false")),
    Column("import_id", BigInteger),
    Column("trouble", Text),
    Column("detail", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("organisation_id", "run_id"),
    UniqueConstraint("organisation_id", "public_id"),
    ForeignKeyConstraint(["source_id"], ["sources.source_id"]),
    Index(
        "uq_roster_runs_open",
        "organisation_id",
        "source_id",
        unique=True,
        postgresql_where=text("state IN ('waiting', 'running')"),
    ),
)
"""Work on rosters that was asked for on a page, of each source one at a time. `task`: check, apply or undo; `state`:
waiting, running, done, failed or cancelled. `files`: what was sent for it; `report`: what a check has found, in
figures. `beat_at`: when whoever does it was last heard of; `trouble`: why it was not done, as a word, `detail`: the
rest of it."""

roster_run_rows = Table(
    "roster_run_rows",
    metadata,
    organisation(),
    Column("run_id", BigInteger, nullable=False),
    Column("part", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("thing", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    PrimaryKeyConstraint("organisation_id", "run_id", "part", "place"),
    ForeignKeyConstraint(
        ["organisation_id", "run_id"],
        ["roster_runs.organisation_id", "roster_runs.run_id"],
        ondelete="CASCADE",
    ),
)
"""What a check has found, row by row, until it is taken in or a week is over: names stand in it. `part`: finding,
added, changed, ended or conflict."""
