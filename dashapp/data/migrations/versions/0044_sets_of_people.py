"""Who was active in a course on a day, and who has done what with an activity, as sets of people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.migrations.protection import ALL, READ, protect

revision = "0044"
down_revision: str | None = "0043"

_PEOPLE = 2048


def upgrade() -> None:
    op.create_table(
        "course_day_people",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("people", BIT(_PEOPLE), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "course_id", "day", "block", name=op.f("pk_course_day_people")),
    )
    op.create_table(
        "activity_people",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("seen", BIT(_PEOPLE), nullable=False),
        sa.Column("completed", BIT(_PEOPLE), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "course_id", "activity_id", "block", name=op.f("pk_activity_people")
        ),
    )
    _fill()
    for table in ("course_day_people", "activity_people"):
        # Bits are set in rows that are there already: room beside them keeps the new version on the page of the old.
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 60)")
        protect(table, web=READ, ingest=ALL, jobs=ALL)


def _fill() -> None:
    """From what the learners' rows say of the time before."""
    block, one = f"(person_id / {_PEOPLE})::integer", f"set_bit(0::bit({_PEOPLE}), (person_id % {_PEOPLE})::integer, 1)"
    for table in ("learner_course_days", "learner_activities"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"""INSERT INTO course_day_people (organisation_id, course_id, day, block, people)
        SELECT organisation_id, course_id, day, {block}, bit_or({one}) FROM learner_course_days GROUP BY 1, 2, 3, 4"""
    )
    op.execute(
        f"""INSERT INTO activity_people (organisation_id, course_id, activity_id, block, seen, completed)
        SELECT organisation_id, course_id, activity_id, {block}, bit_or({one}),
            bit_or(CASE WHEN completed_at IS NOT NULL THEN {one} ELSE 0::bit({_PEOPLE}) END)
        FROM learner_activities GROUP BY 1, 2, 3, 4"""
    )
    for table in ("learner_course_days", "learner_activities"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
