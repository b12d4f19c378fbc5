"""The way of an event: ledger, raw events, dead letters, inbox, offsets, versions."""

import sqlalchemy as sa
from alembic import op

from dashapp.data.migrations.protection import ALL, APPEND, WRITE, allow, allow_one, close, protect

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    _event_ledger()
    _raw_events()
    _retractions()
    _dead_letters()
    _inbox()
    _transport_offsets()
    _scope_changes()
    _ingest_status()
    _policies()
    _privileges()
    _raw_partitions()
    _storage()


def _event_ledger() -> None:
    op.create_table(
        "event_ledger",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "source_id", "event_id", name=op.f("pk_event_ledger")),
    )


def _raw_events() -> None:
    op.create_table(
        "raw_events",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=True),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=True),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("retracted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        postgresql_partition_by="RANGE (occurred_at)",
    )
    op.create_index(
        op.f("ix_raw_events_organisation_id_person_id_occurred_at"),
        "raw_events",
        ["organisation_id", "person_id", "occurred_at"],
        unique=False,
    )


def _retractions() -> None:
    op.create_table(
        "retractions",
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "source_id", "target_id", name=op.f("pk_retractions")),
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("dead_letter_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=True),
        sa.Column("record_offset", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_bytes", sa.Integer(), nullable=False),
        sa.Column("actor_hashes", sa.ARRAY(sa.LargeBinary()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dead_letter_id", name=op.f("pk_dead_letters")),
    )
    op.create_index(op.f("ix_dead_letters_received_at"), "dead_letters", ["received_at"], unique=False)


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("inbox_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("actor_hashes", sa.ARRAY(sa.LargeBinary()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_slot_inbox_id"), "inbox", ["slot", "inbox_id"], unique=False)


def _transport_offsets() -> None:
    op.create_table(
        "transport_offsets",
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("consumer_group", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("topic_identity", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cluster", "consumer_group", "topic", "partition", name=op.f("pk_transport_offsets")),
    )


def _scope_changes() -> None:
    op.create_table(
        "scope_changes",
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("courses", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("people", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("oldest_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slot", "version", "organisation_id", name=op.f("pk_scope_changes")),
    )


def _ingest_status() -> None:
    op.create_table(
        "ingest_status",
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lag_events", sa.BigInteger(), nullable=False),
        sa.Column("oldest_waiting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_ingest_status")),
    )


def _let_append(table: str, key: str, roles: str) -> None:
    """Who inserts a row is told its key (INSERT .. RETURNING), and reads nothing else of the table."""
    op.execute(f"GRANT SELECT ({key}) ON {table} TO {roles}")


def _policies() -> None:
    protect("event_ledger", ingest=APPEND)
    protect("raw_events", ingest=WRITE)
    protect("retractions", ingest=APPEND)
    # What cannot be attributed has no organisation. The bodies are for whoever mends the sender, not for pages.
    close("dead_letters")
    allow_one("dead_letters", "la_ingest", "INSERT", "true")
    _let_append("dead_letters", "dead_letter_id", "la_ingest")
    op.execute("CREATE POLICY la_ingest_select ON dead_letters FOR SELECT TO la_ingest USING (true)")
    allow_one("dead_letters", "la_jobs", "SELECT", "true")
    allow_one("dead_letters", "la_jobs", "DELETE", "true")
    # Versions hold keys only, and the web process follows those of all organisations at once.
    close("scope_changes")
    allow("scope_changes", "la_ingest", "SELECT, INSERT, DELETE", "true")
    allow("scope_changes", "la_jobs", "SELECT, INSERT, DELETE", "true")
    allow_one("scope_changes", "la_web", "SELECT", "true")


def _privileges() -> None:
    """Tables of the transport, which know no organisation: collectors append to the inbox, only ingest reads it."""
    op.execute(f"GRANT {ALL} ON inbox TO la_ingest")
    op.execute("GRANT INSERT ON inbox TO la_web, la_jobs")
    _let_append("inbox", "inbox_id", "la_web, la_jobs")
    op.execute(f"GRANT {WRITE} ON transport_offsets TO la_ingest")
    op.execute(f"GRANT {ALL} ON ingest_status TO la_ingest")
    op.execute("GRANT SELECT ON ingest_status TO la_web, la_jobs")
    op.execute("GRANT SELECT ON alembic_version TO la_web, la_ingest, la_jobs")


def _raw_partitions() -> None:
    """Months are made on demand, by ingest and jobs, which may not change the schema otherwise.

    Made beside the table and then attached: `CREATE TABLE ... PARTITION OF` would wait for every writer, and stop all
    who come after. There is no default partition, since an attachment would have to search it each time.
    """
    op.execute(
        """
        CREATE FUNCTION ensure_raw_partitions(first_day date, last_day date) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = analytics, pg_temp SET timezone = 'UTC'
        AS $$
        DECLARE
            month date := date_trunc('month', first_day);
            partition text;
            made integer := 0;
        BEGIN
            IF first_day < '1970-01-01' OR last_day > '2199-12-31' THEN
                RAISE EXCEPTION 'no month before 1970 or after 2199' USING ERRCODE = 'datetime_field_overflow';
            END IF;
            WHILE month <= last_day LOOP
                partition := 'raw_events_y' || to_char(month, 'YYYY') || 'm' || to_char(month, 'MM');
                IF NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'analytics' AND tablename = partition) THEN
                    PERFORM pg_advisory_xact_lock(7311002);
                    -- Another process may have made it while this one waited. (to_regclass would not know yet.)
                    IF NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'analytics' AND tablename = partition) THEN
                        EXECUTE format('CREATE TABLE %I (LIKE raw_events INCLUDING DEFAULTS)', partition);
                        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition);
                        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', partition);
                        EXECUTE format(
                            'ALTER TABLE raw_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                            partition, month::timestamptz, (month + interval '1 month')::timestamptz
                        );
                        made := made + 1;
                    END IF;
                END IF;
                month := month + interval '1 month';
            END LOOP;
            RETURN made;
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION ensure_raw_partitions(date, date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ensure_raw_partitions(date, date) TO la_ingest, la_jobs")


def _storage() -> None:
    """Queues are emptied all the time: they are vacuumed by number of rows, not by share."""
    for table in ("inbox", "scope_changes"):
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,"
            " autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000)"
        )
    for table in ("transport_offsets", "ingest_status"):
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 50, autovacuum_vacuum_threshold = 500)")
