"""Keys of other services: what they open, for how long, and that nothing keeps their secret."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.service_keys import NewServiceKey, make_service_key, revoke_service_key
from dashapp.domain.keys import OrganisationId
from tests.campus import Campus
from tests.served import Visitor, application_on

Strangers = Callable[[], Visitor]


def make(database: Database, organisation: OrganisationId, *scopes: str, days: float = 1) -> tuple[str, str]:
    now = datetime.now(UTC)
    new = NewServiceKey("warehouse", scopes, "a test", now + timedelta(days=days))
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        return make_service_key(connection, organisation, new, now)


def ask(visitor: Visitor, path: str, key: str) -> Any:
    return visitor.client.get(path, headers={"Authorization": f"Bearer {key}"})


def test_a_key_reads_the_courses_of_its_organisation_in_groups(
    module_database: Database, campus: Campus, visitor: Strangers
) -> None:
    _prefix, key = make(module_database, campus.organisation_id, "read:courses")

    who, answer = ask(visitor(), "/api/v1/me", key), ask(visitor(), "/api/v1/courses", key)
    with application_on(module_database, campus, minimum_group_size=2) as smaller:
        open_groups = ask(Visitor(smaller.server.test_client(), smaller), "/api/v1/courses", key)

    assert (who.json["name"], who.json["scopes"]) == ("warehouse", ["read:courses"])
    # Fewer than five learn botany, and the other course would give their number away.
    assert {(one["title"], one["hidden"], one["enrolled"]) for one in answer.json["courses"]} == {
        ("Algebra", True, None),
        ("Botany", True, None),
    }
    assert {(one["title"], one["enrolled"]) for one in open_groups.json["courses"]} == {("Algebra", 8), ("Botany", 3)}
    words = answer.get_data(as_text=True) + open_groups.get_data(as_text=True)
    assert not any(name in words for person in campus.people for name in person.split())


def test_a_key_without_the_scope_opens_nothing(module_database: Database, campus: Campus, visitor: Strangers) -> None:
    _prefix, key = make(module_database, campus.organisation_id, "read:everything")

    assert ask(visitor(), "/api/v1/me", key).json["scopes"] == []
    assert ask(visitor(), "/api/v1/courses", key).status_code == 403


def test_a_key_shows_no_other_organisation(module_database: Database, campus: Campus, visitor: Strangers) -> None:
    with module_database.transaction(DatabaseRole.JOBS, None) as connection:
        other = create_organisation(connection, "elsewhere", "Elsewhere", "UTC")
    _prefix, key = make(module_database, other, "read:courses")

    assert ask(visitor(), "/api/v1/courses", key).json["courses"] == []


def test_keys_that_do_not_hold_are_refused_alike(module_database: Database, campus: Campus, visitor: Strangers) -> None:
    prefix, revoked = make(module_database, campus.organisation_id, "read:courses")
    _, expired = make(module_database, campus.organisation_id, "read:courses", days=-1)
    _, good = make(module_database, campus.organisation_id, "read:courses")
    assert ask(visitor(), "/api/v1/me", revoked).status_code == 200
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        assert revoke_service_key(connection, campus.organisation_id, prefix, datetime.now(UTC))

    wrong = [
        revoked,
        expired,
        good[:-1],
        good[:-1] + "\x7f",
        good.replace("las_", "la_"),
        "las_x_y",
        "las_",
        "",
        "x" * 9000,
    ]
    answers = [ask(visitor(), path, key) for key in wrong for path in ("/api/v1/me", "/api/v1/courses")]
    answers.append(visitor().client.get("/api/v1/me"))
    answers.append(visitor().sign_in(campus, "Max Moor").client.get("/api/v1/courses"))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1


def test_a_key_opens_no_page(module_database: Database, campus: Campus, visitor: Strangers) -> None:
    _prefix, key = make(module_database, campus.organisation_id, "read:courses")

    assert ask(visitor(), "/courses", key).status_code == 302


def test_only_a_hash_is_kept_and_the_hour_of_the_last_use(
    module_database: Database, campus: Campus, visitor: Strangers
) -> None:
    prefix, key = make(module_database, campus.organisation_id, "read:courses")
    ask(visitor(), "/api/v1/me", key)

    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        row = connection.execute(text("SELECT * FROM service_keys WHERE prefix = :p"), {"p": prefix}).one()
    assert key.rpartition("_")[2] not in str(row)
    assert row.last_used_at == datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("role", [DatabaseRole.WEB, DatabaseRole.INGEST])
@pytest.mark.parametrize("table", ["accounts", "password_links", "sign_in_tries", "identity_providers", "service_keys"])
def test_no_role_of_pages_or_events_reads_how_people_prove_who_they_are(
    role: DatabaseRole, table: str, module_database: Database
) -> None:
    with module_database.transaction(role, None) as connection:
        found = connection.execute(text("SELECT has_table_privilege(:table, 'SELECT')"), {"table": table})
        assert found.scalar_one() is False
