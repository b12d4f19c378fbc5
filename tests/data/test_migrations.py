"""The migrated database is the one that the tables describe, on every server and by every kind of login."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.migrations import is_migrated, migrate
from dashapp.data.tables import metadata
from dashapp.domain.errors import SettingsError, Unavailable
from dashapp.domain.keys import OrganisationId

SERVICE_ROLES = [DatabaseRole.INGEST, DatabaseRole.WEB, DatabaseRole.JOBS]


def not_a_month(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith("raw_events_y"))


def test_the_migrated_database_differs_in_nothing_from_the_tables(
    every_postgres: str, database: Database, as_superuser: Callable[[], Connection]
) -> None:
    options = {"include_name": not_a_month, "compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(as_superuser(), opts=options)
    assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database: Database, as_superuser: Callable[[], Connection]) -> None:
    migrate(database)
    assert is_migrated(database, DatabaseRole.WEB)


def test_a_database_without_the_schema_says_so(empty_database_url: str, database: Database) -> None:
    empty = Database(make_url(empty_database_url))
    try:
        assert not is_migrated(empty, DatabaseRole.WEB)
        migrate(empty)
        assert is_migrated(empty, DatabaseRole.WEB)
    finally:
        empty.dispose()


def test_several_processes_can_migrate_one_database_at_once(empty_database_url: str) -> None:
    databases = [Database(make_url(empty_database_url)) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, databases))
    assert is_migrated(databases[0], DatabaseRole.INGEST)
    for database in databases:
        database.dispose()


@contextmanager
def plain_login(admin_url: str, name: str) -> Iterator[str]:
    """A login without superuser rights that owns the database and may make roles, as a hosted database gives it."""
    admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN CREATEROLE NOSUPERUSER"))
        connection.execute(text(f"ALTER DATABASE {admin.url.database} OWNER TO {name}"))
        roles = connection.execute(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'la\\_%'")).scalars().all()
        for role in roles:
            # On PostgreSQL 16 and newer, only who made a role may hand it on.
            connection.execute(text(f"GRANT {role} TO {name} WITH ADMIN OPTION"))
    try:
        yield make_url(admin_url).set(username=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {admin.url.database} OWNER TO postgres"))
            connection.execute(text(f"REASSIGN OWNED BY {name} TO postgres"))
            connection.execute(text(f"DROP OWNED BY {name} CASCADE"))
            connection.execute(text(f"DROP ROLE {name}"))
        admin.dispose()


def test_a_plain_owner_of_the_database_migrates_and_serves(every_postgres: str, empty_database_url: str) -> None:
    with plain_login(empty_database_url, "hosted") as url:
        database = Database(make_url(url))
        try:
            migrate(database)
            for role in SERVICE_ROLES:
                with database.transaction(role, None) as connection:
                    assert connection.execute(text("SELECT session_user || ' as ' || current_user")).scalar_one() == (
                        f"hosted as {role}"
                    )
        finally:
            database.dispose()


def test_a_login_that_may_make_nothing_gets_a_sentence(empty_database_url: str, database: Database) -> None:
    admin = create_engine(empty_database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE ROLE visitor LOGIN"))
    visitor = Database(make_url(empty_database_url).set(username="visitor"))
    try:
        with pytest.raises(SettingsError, match="give it CREATEROLE"):
            migrate(visitor)
    finally:
        visitor.dispose()
        with admin.connect() as connection:
            connection.execute(text("DROP ROLE visitor"))
        admin.dispose()


def test_roles_are_made_with_logins_and_without_any_power(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    rows = as_superuser().execute(
        text(
            "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit"
            " FROM pg_roles WHERE rolname LIKE 'la\\_%' ORDER BY 1"
        )
    )
    assert [tuple(row) for row in rows] == [(role.value, True, False) for role in sorted(DatabaseRole)]


def test_a_migration_does_not_wait_for_a_lock_for_long(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.data.migrations._LOCK_TIMEOUT", "20ms")
    database = Database(make_url(empty_database_url))
    migrate(database)
    try:
        with database.administration() as connection:
            connection.execute(text("LOCK TABLE analytics.alembic_version"))
            with pytest.raises(Unavailable):
                migrate(database)
    finally:
        database.dispose()


def months(connection: Connection) -> list[str]:
    return list(
        connection.execute(
            text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'raw_events'::regclass ORDER BY 1")
        ).scalars()
    )


@pytest.mark.parametrize("role", [DatabaseRole.INGEST, DatabaseRole.JOBS])
def test_months_of_raw_events_are_made_on_demand(every_postgres: str, database: Database, role: DatabaseRole) -> None:
    demand = text("SELECT ensure_raw_partitions(:first, :last)")
    with database.transaction(role, None) as connection:
        assert months(connection) == []
        first, last = date(2025, 11, 30), date(2026, 2, 1)
        assert connection.execute(demand, {"first": first, "last": last}).scalar_one() == 4
        assert connection.execute(demand, {"first": first, "last": last}).scalar_one() == 0
        assert months(connection) == [f"raw_events_y{month}" for month in ("2025m11", "2025m12", "2026m01", "2026m02")]


def test_several_writers_demand_the_same_months_while_they_write(
    database: Database, organisation: OrganisationId
) -> None:
    row = text(
        "INSERT INTO raw_events"
        " (organisation_id, occurred_at, source_id, event_id, day, clicks, verb, received_at, body)"
        " VALUES (:organisation, :at, 1, gen_random_uuid(), :at, 1, 'viewed', now(), '{}')"
    )

    def write(number: int) -> None:
        for month in range(1, 13):
            with database.transaction(DatabaseRole.INGEST, organisation) as connection:
                at = date(2026, month, number + 1)
                connection.execute(text("SELECT ensure_raw_partitions(:at, :at)"), {"at": at})
                connection.execute(row, {"organisation": organisation, "at": at})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    with database.transaction(DatabaseRole.INGEST, organisation) as connection:
        assert len(months(connection)) == 12
        assert connection.execute(text("SELECT count(*) FROM raw_events")).scalar_one() == 48


def test_the_web_makes_no_months_and_nobody_makes_absurd_ones(database: Database) -> None:
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
        database.transaction(DatabaseRole.WEB, None) as connection,
    ):
        connection.execute(text("SELECT ensure_raw_partitions('2026-01-01', '2026-01-01')"))
    with (
        pytest.raises(sqlalchemy.exc.DataError, match="no month before 1970"),
        database.transaction(DatabaseRole.INGEST, None) as connection,
    ):
        connection.execute(text("SELECT ensure_raw_partitions('2026-01-01', '9999-01-01')"))


def test_a_month_begins_and_ends_in_utc_whatever_the_session_says(
    database: Database, organisation: OrganisationId
) -> None:
    with database.transaction(DatabaseRole.INGEST, organisation) as connection:
        connection.execute(text("SET LOCAL timezone = 'Pacific/Auckland'"))
        connection.execute(text("SELECT ensure_raw_partitions('2026-05-01', '2026-05-01')"))
        bounds = connection.execute(
            text("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'raw_events_y2026m05'")
        ).scalar_one()
        assert bounds == "FOR VALUES FROM ('2026-05-01 12:00:00+12') TO ('2026-06-01 12:00:00+12')"
