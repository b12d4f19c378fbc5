"""The second wall: even a wrong query shows no other organisation, and an event cannot give power."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy import ARRAY, Connection, Table, text
from sqlalchemy.dialects.postgresql import BIT, JSONB, insert

from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.organisations import find_organisation, grant_administrator
from dashapp.data.tables import (
    TENANT_TABLES,
    audit_log,
    dead_letter_replays,
    dead_letters,
    demographics,
    inbox,
    memberships,
    organisations,
    people,
    scope_changes,
)
from dashapp.domain.keys import OrganisationId, PersonId
from tests.data.conftest import make_organisation
from tests.servers import TestDatabases

SERVICE_ROLES = [DatabaseRole.INGEST, DatabaseRole.WEB, DatabaseRole.JOBS]
WITHOUT_TENANT = {
    *("scope_changes", "dead_letters", "dead_letter_replays", "audit_log", "sources", "source_keys"),
    *("ended_sessions", "frame_origins", "service_keys", "audit_seals", "audit_chains"),
}
"""Tables that some role may read across organisations: keys only, what only an operator and ingest can read, and what
headers tell everybody."""
PERSONAL = [table for table in TENANT_TABLES if table.name not in WITHOUT_TENANT]


def any_value(column: sqlalchemy.Column[object], organisation: int) -> object:
    """Some value that the column takes."""
    if column.name == "organisation_id":
        return organisation
    if column.name == "role":
        return "learner"
    if column.name == "goal":
        return 70  # the table takes no other than a percentage
    if isinstance(column.type, ARRAY):
        return []
    if isinstance(column.type, JSONB):
        return {}
    if isinstance(column.type, BIT):
        return "0" * (column.type.length or 1)
    if column.name == "origin" and column.table.name == "frame_origins":
        return f"https://lms-{organisation}.example"  # the table takes nothing else
    by_type = {
        int: organisation * 1000 + 1,
        str: f"text-{organisation}",
        bytes: b"{%d}" % organisation,
        bool: True,
        float: 1.0,
        datetime: datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        time: time(7, 30),
    }
    python_type = column.type.python_type
    if python_type in by_type:
        return by_type[python_type]
    return uuid4() if python_type.__name__ == "UUID" else datetime(2026, 3, 4, tzinfo=UTC).date()


def fill(database: Database) -> list[OrganisationId]:
    """Makes two organisations with a row of each in every table."""
    tenants = [make_organisation(database, name) for name in ("north", "south")]
    with database.administration() as truth:
        connection = truth.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET search_path = analytics")
        connection.execute(text("SELECT ensure_raw_partitions('2026-03-01', '2026-03-31')"))
        connection.execute(text("SET session_replication_role = replica"))  # rows need not fit together here
        for table in TENANT_TABLES:
            for tenant in tenants:
                columns = [
                    column
                    for column in table.c
                    if not column.identity and column.computed is None and column.server_default is None
                ]
                connection.execute(table.insert().values({c.name: any_value(c, tenant) for c in columns}))
    return tenants


@pytest.fixture
def copied(
    postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]
) -> Iterator[tuple[Database, list[OrganisationId]]]:
    """A database of this test's own with both."""
    with databases_of(postgres_admin_url).filled("two tenants", fill) as given:
        yield given


@pytest.fixture
def database(
    request: pytest.FixtureRequest, postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]
) -> Iterator[Database]:
    """That of both where the test asks for them, else an empty one."""
    if "two_tenants" in request.fixturenames:
        copied: tuple[Database, list[OrganisationId]] = request.getfixturevalue("copied")
        yield copied[0]
        return
    with databases_of(postgres_admin_url).fresh() as fresh:
        yield fresh


@pytest.fixture
def two_tenants(copied: tuple[Database, list[OrganisationId]]) -> list[OrganisationId]:
    """Two organisations with a row of each in every table."""
    return copied[1]


def may(connection: Connection, table: Table, privilege: str) -> bool:
    found = connection.execute(
        text("SELECT has_table_privilege(current_user, :table, :privilege)"),
        {"table": table.name, "privilege": privilege},
    )
    return bool(found.scalar_one())


def seen(connection: Connection, table: Table) -> set[int]:
    """The organisations whose rows a query without any condition shows."""
    return set(connection.execute(text(f"SELECT organisation_id FROM {table.name}")).scalars())


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_a_query_without_a_condition_shows_rows_of_the_own_organisation_only(
    every_postgres: str, database: Database, two_tenants: list[OrganisationId], role: DatabaseRole
) -> None:
    own, _ = two_tenants
    with database.transaction(role, own) as connection:
        readable = [table for table in PERSONAL if may(connection, table, "SELECT")]
        assert {table.name: seen(connection, table) for table in readable} == {table.name: {own} for table in readable}
    assert len(readable) > 20


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_without_a_tenant_nothing_is_shown_at_all(
    database: Database, two_tenants: list[OrganisationId], role: DatabaseRole
) -> None:
    with database.transaction(role, None) as connection:
        readable = [table for table in PERSONAL if may(connection, table, "SELECT")]
        assert {table.name: seen(connection, table) for table in readable} == {table.name: set() for table in readable}


def test_the_web_that_asks_for_another_organisation_gets_nothing(
    database: Database, two_tenants: list[OrganisationId]
) -> None:
    own, other = two_tenants
    with database.transaction(DatabaseRole.WEB, own) as connection:
        for table in (*PERSONAL, organisations):
            if may(connection, table, "SELECT"):
                rows = connection.execute(
                    text(f"SELECT count(*) FROM {table.name} WHERE organisation_id = :other"), {"other": other}
                )
                assert (table.name, rows.scalar_one()) == (table.name, 0)


def test_the_web_reads_exactly_what_pages_show(database: Database) -> None:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        unreadable = {table.name for table in TENANT_TABLES if not may(connection, table, "SELECT")}
        writable = {
            (table.name, privilege)
            for table in (*TENANT_TABLES, organisations)
            for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if may(connection, table, privilege)
        }
    assert unreadable == {
        *("person_identifiers", "sources", "source_keys"),
        *("person_merges", "join_rules", "described_mailboxes"),
        *("accounts", "password_links", "sign_in_tries", "identity_providers", "service_keys", "structure_changes"),
        *("demographics", "event_ledger", "raw_events", "retractions", "audit_seals"),
        *("roster_records", "roster_enrolments", "roster_before"),
        *("organisation_exports", "export_runs", "history_imports", "uploads", "roster_runs", "roster_run_rows"),
        *("messages", "message_recipients", "message_snapshots"),
        *("report_schedules", "schedule_targets", "schedule_runs", "deliveries", "report_stores"),
    }
    assert writable == {
        *(("dead_letter_replays", "INSERT"), ("audit_log", "INSERT")),
        *((table, "INSERT") for table in ("sessions", "ended_sessions", "session_tickets", "frame_origins")),
        *(("frame_origins", "DELETE"), ("embed_link_epochs", "INSERT")),
        *(("lti_used_states", "INSERT"), ("lti_used_states", "DELETE"), ("lti_deployments", "INSERT")),
        *(("lti_contexts", "INSERT"), ("lti_resource_links", "INSERT"), ("lti_resource_links", "UPDATE")),
        *(("lti_keys", "INSERT"), ("lti_keys", "UPDATE")),
        *(("saved_views", privilege) for privilege in ("INSERT", "UPDATE", "DELETE")),
        *(("reports", privilege) for privilege in ("INSERT", "UPDATE", "DELETE")),
        *(("report_versions", privilege) for privilege in ("INSERT", "UPDATE", "DELETE")),
        *(("report_shares", privilege) for privilege in ("INSERT", "UPDATE", "DELETE")),
        *(("person_settings", "INSERT"), ("person_settings", "UPDATE")),
    }


def test_every_tenant_table_and_every_month_of_raw_events_is_closed_even_to_its_owner(
    database: Database, two_tenants: list[OrganisationId], as_superuser: Callable[[], Connection]
) -> None:
    open_ones = as_superuser().execute(
        text(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'"
            " WHERE n.nspname = 'analytics' AND c.relkind IN ('r', 'p')"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
    )
    assert open_ones.scalars().all() == []


def test_everything_belongs_to_the_owner(database: Database, as_superuser: Callable[[], Connection]) -> None:
    foreign = as_superuser().execute(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'analytics'::regnamespace"
            " AND pg_get_userbyid(relowner) <> 'la_owner'"
        )
    )
    assert foreign.scalars().all() == []


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_a_row_cannot_be_written_for_another_organisation(
    database: Database, two_tenants: list[OrganisationId], role: DatabaseRole
) -> None:
    own, other = two_tenants
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match=r"row-level security|permission denied"),
        database.transaction(role, own) as connection,
    ):
        connection.execute(people.insert().values(organisation_id=other))


def test_a_row_cannot_be_moved_to_another_organisation(database: Database, two_tenants: list[OrganisationId]) -> None:
    own, other = two_tenants
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="row-level security"),
        database.transaction(DatabaseRole.INGEST, own) as connection,
    ):
        connection.execute(people.update().values(organisation_id=other))


def test_months_of_raw_events_cannot_be_read_past_their_parent(
    database: Database, two_tenants: list[OrganisationId]
) -> None:
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
        database.transaction(DatabaseRole.INGEST, two_tenants[0]) as connection,
    ):
        connection.execute(text("SELECT * FROM raw_events_y2026m03"))


@pytest.mark.parametrize("role", SERVICE_ROLES)
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (x int)", "DROP TABLE people", "ALTER TABLE people DISABLE ROW LEVEL SECURITY"]
)
def test_no_role_of_the_service_changes_the_schema(database: Database, role: DatabaseRole, statement: str) -> None:
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match=r"permission denied|must be owner"),
        database.transaction(role, None) as connection,
    ):
        connection.execute(text(statement))


def test_a_role_of_the_embedded_server_cannot_become_another_one() -> None:
    folder = TemporaryDirectory(prefix="la-roles-")
    embedded = embedded_database(Path(folder.name) / "database")
    try:
        migrate(embedded)
        for other in ("la_owner", "la_ingest", "postgres"):
            with (
                pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied to set role"),
                embedded.transaction(DatabaseRole.WEB, None) as connection,
            ):
                connection.execute(text(f"SET ROLE {other}"))
    finally:
        embedded.close()
        folder.cleanup()


def test_a_name_finds_one_organisation_and_no_list(database: Database, two_tenants: list[OrganisationId]) -> None:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert find_organisation(connection, "south") == two_tenants[1]
        assert find_organisation(connection, "so%") is None
        assert seen(connection, organisations) == set()


@pytest.mark.parametrize(
    ("role", "granted_by"),
    [
        *(("administrator", "event"), ("guardian", "event"), ("adviser", "event")),
        *(("administrator", "sign_in"), ("guardian", "administration"), ("teacher", "administration")),
    ],
)
def test_ingest_cannot_give_power(
    database: Database, two_tenants: list[OrganisationId], role: str, granted_by: str
) -> None:
    own = two_tenants[0]
    row = {"organisation_id": own, "person_id": 1, "scope_kind": "organisation", "scope_id": own}
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="row-level security"),
        database.transaction(DatabaseRole.INGEST, own) as connection,
    ):
        connection.execute(memberships.insert().values(**row, role=role, granted_by=granted_by))


def test_ingest_can_neither_raise_nor_end_what_the_administration_granted(
    database: Database, organisation: OrganisationId
) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        person = connection.execute(
            people.insert().values(organisation_id=organisation).returning(people.c.person_id)
        ).scalar_one()
        grant_administrator(connection, organisation, PersonId(person))
    with database.transaction(DatabaseRole.INGEST, organisation) as connection:
        assert connection.execute(memberships.update().values(role="teacher")).rowcount == 0
        assert connection.execute(memberships.delete()).rowcount == 0
        assert connection.execute(memberships.select()).one().role == "administrator"


def test_ingest_writes_demographics_that_it_cannot_read_and_jobs_can(
    database: Database, organisation: OrganisationId
) -> None:
    key = ["organisation_id", "person_id", "course_id"]
    for region in ("South", "North"):
        row = {"organisation_id": organisation, "person_id": 1, "course_id": 1, "attributes": {"region": region}}
        with database.transaction(DatabaseRole.INGEST, organisation) as connection:
            # Not DO UPDATE: it would have to read the column.
            connection.execute(insert(demographics).values(**row).on_conflict_do_nothing(index_elements=key))
            connection.execute(demographics.update().values(attributes=row["attributes"]))
    for role in (DatabaseRole.INGEST, DatabaseRole.WEB):
        with (
            pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
            database.transaction(role, organisation) as connection,
        ):
            connection.execute(sqlalchemy.select(demographics.c.attributes))
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert connection.execute(sqlalchemy.select(demographics.c.attributes)).scalar_one() == {"region": "North"}


def test_versions_are_read_for_all_organisations_but_not_written_by_the_web(
    database: Database, two_tenants: list[OrganisationId]
) -> None:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert seen(connection, scope_changes) == set(two_tenants)
        assert not may(connection, scope_changes, "INSERT")


def test_the_web_appends_to_the_inbox_and_cannot_read_it(database: Database) -> None:
    row = {"slot": 1, "source_id": 1, "topic": "learning-events", "body": b"{}", "received_at": datetime.now(UTC)}
    with database.transaction(DatabaseRole.WEB, None) as connection:
        connection.execute(inbox.insert().values(**row))
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
        database.transaction(DatabaseRole.WEB, None) as connection,
    ):
        connection.execute(text("SELECT * FROM inbox"))


@pytest.mark.parametrize("table", [dead_letters, dead_letter_replays, audit_log])
def test_the_web_sees_its_own_organisations_letters_and_audit_only(
    database: Database, two_tenants: list[OrganisationId], table: Table
) -> None:
    own, _ = two_tenants
    with database.transaction(DatabaseRole.WEB, own) as connection:
        assert seen(connection, table) == {own}
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert seen(connection, table) == set()


def test_the_web_decides_about_letters_and_changes_nothing_else_of_them(
    database: Database, two_tenants: list[OrganisationId]
) -> None:
    own, _ = two_tenants
    with database.transaction(DatabaseRole.WEB, own) as connection:
        assert connection.execute(dead_letters.update().values(state="dismissed")).rowcount == 1
    for change in (dead_letters.update().values(reason="other"), dead_letters.delete(), audit_log.delete()):
        with (
            pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
            database.transaction(DatabaseRole.WEB, own) as connection,
        ):
            connection.execute(change)
