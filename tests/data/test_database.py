"""Roles, transactions and the errors of connections."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Connection, make_url, text

from dashapp.data.database import Database, DatabaseRole, act_for, database_from
from dashapp.data.store.organisations import create_organisation, find_organisation
from dashapp.domain.errors import SettingsError, Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.settings import Settings
from tests.data.conftest import make_organisation

SERVICE_ROLES = [DatabaseRole.INGEST, DatabaseRole.WEB, DatabaseRole.JOBS]


def shown(database: Database, role: DatabaseRole, expression: str) -> object:
    with database.transaction(role, None) as connection:
        return connection.execute(text(f"SELECT {expression}")).scalar_one()


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_a_transaction_acts_as_its_role_in_the_schema_of_the_service(
    every_postgres: str, database: Database, role: DatabaseRole
) -> None:
    assert shown(database, role, "current_user") == role
    assert shown(database, role, "current_setting('search_path')") == "analytics"
    assert shown(database, role, "current_setting('TimeZone')") == "UTC"


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_resetting_the_role_leads_back_to_it_and_not_to_the_login(database: Database, role: DatabaseRole) -> None:
    with database.transaction(role, None) as connection:
        connection.execute(text("RESET ROLE"))
        assert connection.execute(text("SELECT current_user")).scalar_one() == role


def test_nobody_acts_as_the_owner_outside_of_migrations(database: Database) -> None:
    with pytest.raises(SettingsError, match="Only a migration"):
        database.engine(DatabaseRole.OWNER)


def test_a_web_statement_that_takes_too_long_is_ended_as_unavailable(database: Database) -> None:
    def sleep() -> None:
        with database.transaction(DatabaseRole.WEB, None) as connection:
            connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
            connection.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(Unavailable, match="does not answer in time"):
        sleep()


def test_the_web_has_short_timeouts_and_ingest_waits_longer_for_locks(database: Database) -> None:
    assert shown(database, DatabaseRole.WEB, "current_setting('statement_timeout')") == "5s"
    assert shown(database, DatabaseRole.WEB, "current_setting('lock_timeout')") == "2s"
    assert shown(database, DatabaseRole.INGEST, "current_setting('lock_timeout')") == "30s"


def test_a_block_that_raises_writes_nothing(database: Database) -> None:
    def create_and_fail() -> None:
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            create_organisation(connection, "north", "North", "UTC")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create_and_fail()
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert find_organisation(connection, "north") is None


def test_the_tenant_ends_with_its_transaction(database: Database, organisation: OrganisationId) -> None:
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert connection.execute(text("SELECT count(*) FROM organisations")).scalar_one() == 1
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == backend
        assert connection.execute(text("SELECT count(*) FROM organisations")).scalar_one() == 0


def test_one_transaction_can_act_for_one_organisation_after_another(database: Database) -> None:
    organisations = [make_organisation(database, name) for name in ("north", "south")]
    with database.transaction(DatabaseRole.WEB, None) as connection:
        for organisation in organisations:
            act_for(connection, organisation)
            assert connection.execute(text("SELECT organisation_id FROM organisations")).scalars().all() == [
                organisation
            ]


def test_mistakes_of_ours_are_not_called_unavailable(database: Database) -> None:
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError),
        database.transaction(DatabaseRole.WEB, None) as connection,
    ):
        connection.execute(text("SELECT nonsense"))


def test_an_unreachable_database_is_unavailable(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    database = database_from(make_settings(database_url=f"postgresql:///x?host={tmp_path}"))
    with pytest.raises(Unavailable, match="cannot be reached"), database.transaction(DatabaseRole.WEB, None):
        pass
    with pytest.raises(Unavailable), database.session(DatabaseRole.WEB):
        pass
    with pytest.raises(Unavailable), database.administration():
        pass


def test_a_connection_cut_in_the_middle_is_unavailable_and_the_next_one_works(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    def be_cut() -> None:
        with database.transaction(DatabaseRole.WEB, None) as connection:
            backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            as_superuser().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
            connection.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        be_cut()
    assert shown(database, DatabaseRole.WEB, "1") == 1


def test_a_connection_cut_under_a_raw_cursor_is_unavailable(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    def be_cut() -> None:
        with database.transaction(DatabaseRole.INGEST, None) as connection:
            backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            as_superuser().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
            driver = connection.connection.dbapi_connection
            assert driver is not None
            driver.cursor().execute("SELECT 1")

    with pytest.raises(Unavailable):
        be_cut()
    assert shown(database, DatabaseRole.INGEST, "1") == 1


def test_connections_that_were_cut_while_idle_are_replaced_unseen(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    backend = shown(database, DatabaseRole.WEB, "pg_backend_pid()")
    as_superuser().execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": backend})
    assert shown(database, DatabaseRole.WEB, "pg_backend_pid()") != backend


def test_a_login_that_stays_superuser_is_refused_with_a_sentence(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    # A pooler may drop the startup option. The server is made to do the same here: the role's own login is a superuser.
    as_superuser().execute(text("ALTER ROLE la_web SUPERUSER"))
    try:
        with (
            pytest.raises(SettingsError, match="passes by row-level security"),
            database.transaction(DatabaseRole.WEB, None),
        ):
            pass
    finally:
        as_superuser().execute(text("ALTER ROLE la_web NOSUPERUSER"))


def test_a_role_that_may_bypass_row_level_security_is_refused(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    as_superuser().execute(text("ALTER ROLE la_jobs BYPASSRLS"))
    try:
        with (
            pytest.raises(SettingsError, match="passes by row-level security"),
            database.transaction(DatabaseRole.JOBS, None),
        ):
            pass
    finally:
        as_superuser().execute(text("ALTER ROLE la_jobs NOBYPASSRLS"))


def test_options_in_the_url_are_kept_beside_the_role(database: Database) -> None:
    url = make_url(str(database.url)).update_query_dict({"options": "-c work_mem=3MB"})
    own = Database(url)
    try:
        assert shown(own, DatabaseRole.WEB, "current_setting('work_mem')") == "3MB"
        assert shown(own, DatabaseRole.WEB, "current_user") == "la_web"
    finally:
        own.dispose()


def test_when_all_connections_are_in_use_the_next_one_is_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = database.engine(DatabaseRole.JOBS).pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    with ExitStack() as open_ones:
        for _ in range(10):
            open_ones.enter_context(database.transaction(DatabaseRole.JOBS, None))
        with (
            pytest.raises(Unavailable, match="All connections to the database are in use"),
            database.transaction(DatabaseRole.JOBS, None),
        ):
            pass


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_the_text_of_an_error_holds_nothing_of_what_was_asked_for(database: Database, role: DatabaseRole) -> None:
    asked = {"email": "ada.abel@north.example"}
    with pytest.raises(sqlalchemy.exc.DBAPIError) as raised, database.transaction(role, None) as connection:
        connection.execute(text("SELECT length(:email) / 0"), asked)
    assert "ada.abel" not in str(raised.value)


def test_the_text_of_an_error_of_a_migration_holds_nothing_of_what_was_asked_for(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError) as raised, database.administration() as connection:
        connection.execute(text("SELECT length(:email) / 0"), {"email": "ada.abel@north.example"})
    assert "ada.abel" not in str(raised.value)
