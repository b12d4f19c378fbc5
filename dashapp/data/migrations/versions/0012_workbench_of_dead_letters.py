"""Dead letters as a workbench: counted instead of repeated, replayed, dismissed; and an audit of who looked at them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dashapp.data.migrations.protection import OWN_ORGANISATION, allow, allow_one, close

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    _columns()
    _what_was_there_before()
    _keys()
    _inbox()
    _replays()
    _audit()
    _policies()


def _columns() -> None:
    op.alter_column("dead_letters", "received_at", new_column_name="first_seen_at")
    op.drop_index(op.f("ix_dead_letters_received_at"), "dead_letters")
    for column in (
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("identity", sa.LargeBinary(), nullable=True),
        sa.Column("count", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("replay_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    ):
        op.add_column("dead_letters", column)


def _what_was_there_before() -> None:
    """Letters from before get what the store would have given them; those that say the same become one."""
    # Otherwise the owner, too, sees none of them, and nothing below would change anything.
    op.execute("ALTER TABLE dead_letters NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE dead_letters SET last_seen_at = first_seen_at, digest = sha256(body),
            origin = coalesce(source_id::text, '?' || topic)
        """
    )
    op.execute(
        "UPDATE dead_letters SET identity = sha256(convert_to(origin || '|' || reason || '|', 'UTF8') || digest)"
    )
    op.execute(
        """
        WITH alike AS (
            SELECT identity, min(dead_letter_id) AS kept, count(*) AS times, max(last_seen_at) AS last_seen_at
            FROM dead_letters GROUP BY identity HAVING count(*) > 1)
        UPDATE dead_letters d SET count = a.times, last_seen_at = a.last_seen_at
        FROM alike a WHERE d.dead_letter_id = a.kept
        """
    )
    op.execute(
        """
        DELETE FROM dead_letters d USING dead_letters earlier
        WHERE earlier.identity = d.identity AND earlier.dead_letter_id < d.dead_letter_id
        """
    )
    op.execute("ALTER TABLE dead_letters FORCE ROW LEVEL SECURITY")
    for column in ("last_seen_at", "origin", "digest", "identity"):
        op.alter_column("dead_letters", column, nullable=False)


def _keys() -> None:
    op.create_unique_constraint(op.f("uq_dead_letters_identity"), "dead_letters", ["identity"])
    for columns in (["last_seen_at"], ["organisation_id", "last_seen_at"], ["origin", "reason", "first_seen_at"]):
        op.create_index(op.f(f"ix_dead_letters_{'_'.join(columns)}"), "dead_letters", columns, unique=False)
    op.create_index(op.f("ix_dead_letters_replay_id"), "dead_letters", ["replay_id"], unique=False)
    op.create_index(
        "ix_dead_letters_not_announced",
        "dead_letters",
        ["dead_letter_id"],
        unique=False,
        postgresql_where=sa.text("announced < count"),
    )


def _inbox() -> None:
    op.add_column("inbox", sa.Column("dead_letter_id", sa.BigInteger(), nullable=True))
    op.add_column("inbox", sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=True))


def _replays() -> None:
    op.create_table(
        "dead_letter_replays",
        sa.Column("replay_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("chosen", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("until_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("replay_id", name=op.f("pk_dead_letter_replays")),
    )
    op.create_index(
        op.f("ix_dead_letter_replays_organisation_id"), "dead_letter_replays", ["organisation_id"], unique=False
    )


def _audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("audit_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_organisation_id_at"), "audit_log", ["organisation_id", "at"], unique=False)


def _policies() -> None:
    """Pages show an organisation its own letters and let it decide about them. Ingest counts them, replays them and
    throws them away when their time is over; an operator's command does the same as la_jobs. Nobody changes the audit.
    """
    for policy in ("la_ingest_insert", "la_ingest_select"):
        op.execute(f"DROP POLICY {policy} ON dead_letters")
    for policy in ("la_jobs_select", "la_jobs_delete"):
        op.execute(f"DROP POLICY {policy} ON dead_letters")
    close("dead_letter_replays")
    close("audit_log")
    for role in ("la_ingest", "la_jobs"):
        allow("dead_letters", role, "SELECT, INSERT, UPDATE, DELETE", "true")
        allow("dead_letter_replays", role, "SELECT, INSERT, UPDATE, DELETE", "true")
    allow_one("dead_letters", "la_web", "SELECT", OWN_ORGANISATION)
    op.execute("GRANT UPDATE (state, decided_by, decided_at) ON dead_letters TO la_web")
    op.execute(
        f"CREATE POLICY la_web_update ON dead_letters FOR UPDATE TO la_web"
        f" USING ({OWN_ORGANISATION}) WITH CHECK ({OWN_ORGANISATION})"
    )
    allow("dead_letter_replays", "la_web", "SELECT, INSERT", OWN_ORGANISATION)
    op.execute("GRANT UPDATE (state, changed_at) ON dead_letter_replays TO la_web")
    allow("audit_log", "la_web", "SELECT, INSERT", OWN_ORGANISATION)
    for role in ("la_ingest", "la_jobs"):
        allow("audit_log", role, "SELECT, INSERT", "true")
