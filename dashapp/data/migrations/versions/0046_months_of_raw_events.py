"""Months of raw events are told from other relations whatever plan the database makes."""

from alembic import op

revision = "0046"
down_revision: str | None = "0045"


def upgrade() -> None:
    """The date was taken from every name that the plan came by, also from those of no months, which is an error."""
    op.execute(
        """
        CREATE OR REPLACE FUNCTION drop_raw_partition(before timestamptz) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = analytics, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s'
        AS $$
        DECLARE
            partition text;
        BEGIN
            IF before > now() - interval '1 day' THEN
                RAISE EXCEPTION 'raw events of today and later are not old'
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            PERFORM pg_advisory_xact_lock(7311002);
            SELECT c.relname INTO partition FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'raw_events'::regclass AND CASE
                WHEN right(c.relname, 7) ~ '^[0-9]{4}m(0[1-9]|1[0-2])$'
                THEN to_date(right(c.relname, 7), 'YYYY"m"MM')::timestamptz + interval '1 month' <= before
                ELSE false END
            ORDER BY c.relname LIMIT 1;
            IF partition IS NOT NULL THEN
                EXECUTE format('DROP TABLE %I', partition);
            END IF;
            RETURN partition;
        END
        $$
        """
    )
