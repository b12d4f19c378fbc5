"""Row-level security and privileges, as migrations write them. What stands here never changes its meaning, since old
migrations use it; a later migration that needs something else brings its own."""

from alembic import op

OWN_ORGANISATION = "organisation_id = NULLIF(current_setting('la.organisation', true), '')::bigint"
"""Without a tenant in the transaction the setting is missing or empty, and no row passes."""

READ = "SELECT"
APPEND = "SELECT, INSERT"
WRITE = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def close(table: str) -> None:
    """Nobody sees a row of the table any more, its owner included, until a policy lets them."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def protect(table: str, *, web: str = "", ingest: str = "", jobs: str = ALL) -> None:
    """Each role gets the named privileges, and sees and writes rows of its transaction's organisation only."""
    close(table)
    for role, privileges in (("la_web", web), ("la_ingest", ingest), ("la_jobs", jobs)):
        if privileges:
            allow(table, role, privileges, OWN_ORGANISATION)


def allow(table: str, role: str, privileges: str, rows: str) -> None:
    """One role gets privileges on the rows that satisfy a condition, for reading as for writing."""
    op.execute(f"GRANT {privileges} ON {table} TO {role}")
    op.execute(f"CREATE POLICY {role}_rows ON {table} TO {role} USING ({rows}) WITH CHECK ({rows})")


def allow_one(table: str, role: str, verb: str, rows: str) -> None:
    """One role gets one privilege (INSERT, …) on the rows that satisfy a condition."""
    op.execute(f"GRANT {verb} ON {table} TO {role}")
    clause = "WITH CHECK" if verb == "INSERT" else "USING"
    op.execute(f"CREATE POLICY {role}_{verb.lower()} ON {table} FOR {verb} TO {role} {clause} ({rows})")
