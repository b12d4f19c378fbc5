"""Sessions as rows, their endings, tickets, and the origins that may frame pages."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import APPEND, OWN_ORGANISATION, allow, allow_one, close, protect

revision = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    _sessions()
    _ended_sessions()
    _session_tickets()
    _frame_origins()


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "person_id"],
            ["people.organisation_id", "people.person_id"],
            name=op.f("fk_sessions_people"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "digest", name=op.f("pk_sessions")),
        sa.UniqueConstraint("organisation_id", "session_id", name=op.f("uq_sessions_organisation_id_session_id")),
    )
    op.create_index(op.f("ix_sessions_organisation_id_person_id"), "sessions", ["organisation_id", "person_id"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    # A session is begun, seen and ended by pages; what it is cannot be changed afterwards.
    protect("sessions", web=APPEND)
    op.execute("GRANT UPDATE (seen_at, ended_at, ended_by) ON sessions TO la_web")


def _ended_sessions() -> None:
    op.create_table(
        "ended_sessions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "digest", name=op.f("pk_ended_sessions")),
    )
    op.create_index(op.f("ix_ended_sessions_ended_at"), "ended_sessions", ["ended_at"])
    close("ended_sessions")
    # Every process has to know all of them, whatever organisation it is asked for next; only the own can be written.
    allow_one("ended_sessions", "la_web", "SELECT", "true")
    allow_one("ended_sessions", "la_web", "INSERT", OWN_ORGANISATION)
    allow("ended_sessions", "la_jobs", "SELECT, INSERT, UPDATE, DELETE", OWN_ORGANISATION)


def _session_tickets() -> None:
    op.create_table(
        "session_tickets",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_digest", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "digest", name=op.f("pk_session_tickets")),
    )
    op.create_index(op.f("ix_session_tickets_expires_at"), "session_tickets", ["expires_at"])
    protect("session_tickets", web=APPEND)
    op.execute("GRANT UPDATE (used_at) ON session_tickets TO la_web")


def _frame_origins() -> None:
    op.create_table(
        "frame_origins",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "origin", "source", name=op.f("pk_frame_origins")),
    )
    close("frame_origins")
    # The empty page is sent before anybody is known, so its header names the origins of all organisations. They are
    # public: whoever asks for the page reads them there.
    allow_one("frame_origins", "la_web", "SELECT", "true")
    allow_one("frame_origins", "la_web", "INSERT", OWN_ORGANISATION)
    allow_one("frame_origins", "la_web", "DELETE", OWN_ORGANISATION)
    allow("frame_origins", "la_jobs", "SELECT, INSERT, UPDATE, DELETE", OWN_ORGANISATION)
