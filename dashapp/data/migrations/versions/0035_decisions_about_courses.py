"""What the administration decides about courses goes before what sources say, and can be taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.migrations.protection import protect

revision = "0035"
down_revision: str | None = "0034"


def upgrade() -> None:
    for table in ("terms", "organisation_units"):
        names: sa.Column[list[str]] = sa.Column(
            "former_names", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        )
        op.add_column(table, names)
    for table in ("courses", "sections"):
        op.add_column(table, sa.Column("decided", JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("courses", sa.Column("said", JSONB(), nullable=True))
    op.add_column("sections", sa.Column("said_title", sa.Text(), nullable=True))
    _what_was_said_before()
    op.create_table(
        "structure_changes",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("things", JSONB(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "change_id", name=op.f("pk_structure_changes")),
    )
    protect("structure_changes")


def _what_was_said_before() -> None:
    """Until now only descriptions have given courses and sections what they have."""
    tables = ("courses", "sections", "terms", "organisation_units", "course_breaks")
    # Otherwise the owner, too, sees none of the rows.
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE courses c SET said = jsonb_build_object(
            'code', c.code, 'title', c.title, 'starts_on', c.starts_on, 'ends_on', c.ends_on,
            'term', (SELECT t.name FROM terms t WHERE t.organisation_id = c.organisation_id AND t.term_id = c.term_id),
            'unit', (SELECT u.name FROM organisation_units u WHERE u.organisation_id = c.organisation_id
                AND u.organisation_unit_id = c.organisation_unit_id),
            'breaks', coalesce((SELECT jsonb_agg(jsonb_build_array(b.first_day, b.last_day) ORDER BY b.first_day)
                FROM course_breaks b WHERE b.organisation_id = c.organisation_id AND b.course_id = c.course_id), '[]'))
        WHERE c.described_at IS NOT NULL
        """
    )
    op.execute("UPDATE sections SET said_title = title WHERE title IS NOT NULL")
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
