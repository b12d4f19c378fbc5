"""The audit trail is append-only and sealed: whatever is done to it afterwards, the proof names the first place."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Signal

import pytest
import sqlalchemy
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.chain import NOBODYS, Head, Verdict, verify_chain
from dashapp.data.store.sealing import Sealer
from dashapp.domain.audit import Action, Actor, ViewerRole
from dashapp.domain.keys import OrganisationId

Superuser = Callable[[], Connection]
NEVER = Signal()
TRUTH = "INSERT INTO audit_log (organisation_id, at, actor, action, subject, detail"


def add(database: Database, organisation: OrganisationId | None, number: int, role: DatabaseRole | None = None) -> None:
    """Some rows, each in a transaction of its own."""
    for each in range(number):
        with database.transaction(role or DatabaseRole.WEB, organisation) as connection:
            actor = Actor(f"somebody {each}", ViewerRole.ADMINISTRATOR, "192.0.2.0/24", "local")
            audit.record(connection, organisation, actor, Action.REPLAYED, {"subject": f"replay {each}", "letters": 3})


def seal(database: Database) -> None:
    Sealer(database).seal(NEVER)


def verdict(database: Database, organisation: int, expected: Head | None = None) -> Verdict:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        return verify_chain(connection, organisation, expected)


def found_wrong(database: Database, organisation: int, expected: Head | None = None) -> tuple[int, str] | None:
    broken = verdict(database, organisation, expected).broken
    return None if broken is None else (broken.position, broken.what)


@pytest.fixture
def sealed(database: Database, organisation: OrganisationId) -> OrganisationId:
    """An organisation with five sealed rows."""
    add(database, organisation, 5)
    seal(database)
    return organisation


def row_at(connection: Connection, position: int) -> int:
    found = connection.execute(text("SELECT audit_id FROM audit_seals WHERE position = :at"), {"at": position})
    return int(found.scalar_one())


def test_a_chain_that_nobody_touched_holds_and_its_tail_is_named(
    every_postgres: str, database: Database, organisation: OrganisationId
) -> None:
    add(database, organisation, 5)
    seal(database)
    add(database, organisation, 2)

    found = verdict(database, organisation)

    assert (found.head.position, found.broken) == (5, None)
    assert found.unsealed is not None
    assert (found.unsealed.rows, found.unsealed.last_id - found.unsealed.first_id) == (2, 1)
    assert found.unsealed.oldest_seconds >= 0
    seal(database)
    assert verdict(database, organisation).unsealed is None


def test_each_organisation_has_a_chain_of_its_own_and_operators_have_one(
    database: Database, organisation: OrganisationId, other_organisation: OrganisationId
) -> None:
    add(database, organisation, 3)
    add(database, other_organisation, 2)
    add(database, None, 1, DatabaseRole.JOBS)
    seal(database)

    verdicts = {key: verdict(database, key) for key in (organisation, other_organisation, NOBODYS)}

    assert {key: found.head.position for key, found in verdicts.items()} == {
        organisation: 3,
        other_organisation: 2,
        NOBODYS: 1,
    }
    assert all(found.broken is None for found in verdicts.values())


def test_a_changed_row_is_named_whatever_was_changed(
    database: Database, sealed: OrganisationId, as_superuser: Superuser
) -> None:
    connection = as_superuser()
    texts = {column: f"{column} = 'other'" for column in ("actor", "action", "subject", "role", "origin", "method")}
    others = ("at = at + interval '1 microsecond'", "detail = '{}'", "organisation_id = NULL", "page = 'other'")
    third = row_at(connection, 3)
    connection.execute(text("CREATE TABLE as_it_was AS SELECT * FROM audit_log"))
    for change in (*texts.values(), *others):
        connection.execute(text(f"UPDATE audit_log SET {change} WHERE audit_id = :id"), {"id": third})

        broken = verdict(database, sealed).broken

        assert broken is not None, change
        assert (broken.position, broken.audit_id) == (3, third)
        connection.execute(text("DELETE FROM audit_log"))
        connection.execute(text("INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT * FROM as_it_was"))
        assert verdict(database, sealed).broken is None


def test_a_deleted_row_is_named(database: Database, sealed: OrganisationId, as_superuser: Superuser) -> None:
    connection = as_superuser()
    connection.execute(text("DELETE FROM audit_log WHERE audit_id = :id"), {"id": row_at(connection, 4)})

    assert found_wrong(database, sealed) == (4, "its row is gone")


def test_a_row_that_is_deleted_with_its_seal_leaves_a_gap(
    database: Database, sealed: OrganisationId, as_superuser: Superuser
) -> None:
    connection = as_superuser()
    connection.execute(text("DELETE FROM audit_log WHERE audit_id = :id"), {"id": row_at(connection, 2)})
    connection.execute(text("DELETE FROM audit_seals WHERE position = 2"))

    assert found_wrong(database, sealed) == (2, "its seal is missing")

    # Moving the others up does not help: each hash stands on the one before it.
    connection.execute(text("UPDATE audit_seals SET position = position + 100 WHERE position > 2"))
    connection.execute(text("UPDATE audit_seals SET position = position - 101 WHERE position > 100"))
    assert found_wrong(database, sealed) == (2, "the row, its seal or what stands before it has been changed")


def test_an_inserted_row_stands_in_the_tail_and_cannot_be_dated_back_unseen(
    database: Database, sealed: OrganisationId, as_superuser: Superuser
) -> None:
    as_superuser().execute(
        text(f"{TRUTH}) VALUES (:own, now() - interval '3 days', 'forger', 'page.viewed', 'person 1', '{{}}')"),
        {"own": sealed},
    )

    unsealed = verdict(database, sealed).unsealed
    assert unsealed is not None
    assert unsealed.oldest_seconds > 86_400

    seal(database)
    assert found_wrong(database, sealed) == (6, "it was written later than it says")


def test_a_row_that_is_put_in_with_a_seal_of_its_own_is_named(
    database: Database, sealed: OrganisationId, as_superuser: Superuser
) -> None:
    connection = as_superuser()
    made = connection.execute(
        text(f"{TRUTH}) VALUES (:own, now(), 'forger', 'page.viewed', 'x', '{{}}') RETURNING audit_id"), {"own": sealed}
    ).scalar_one()
    connection.execute(
        text("INSERT INTO audit_seals SELECT organisation_id, 6, :id, hash FROM audit_seals WHERE position = 5"),
        {"id": made},
    )

    assert found_wrong(database, sealed) == (6, "the row, its seal or what stands before it has been changed")


def test_swapped_rows_are_named(database: Database, sealed: OrganisationId, as_superuser: Superuser) -> None:
    connection = as_superuser()
    second, third = row_at(connection, 2), row_at(connection, 3)
    connection.execute(text("UPDATE audit_seals SET audit_id = -1 WHERE position = 2"))
    connection.execute(text("UPDATE audit_seals SET audit_id = :id WHERE position = 3"), {"id": second})
    connection.execute(text("UPDATE audit_seals SET audit_id = :id WHERE position = 2"), {"id": third})

    assert found_wrong(database, sealed) == (2, "the row, its seal or what stands before it has been changed")


def test_a_tail_that_was_cut_off_is_named(database: Database, sealed: OrganisationId, as_superuser: Superuser) -> None:
    connection = as_superuser()
    connection.execute(
        text("DELETE FROM audit_log WHERE audit_id IN (SELECT audit_id FROM audit_seals WHERE position > 3)")
    )
    assert found_wrong(database, sealed) == (4, "its row is gone")

    connection.execute(text("DELETE FROM audit_seals WHERE position > 3"))
    assert found_wrong(database, sealed) == (4, "the seals from here to 5 are gone")


def test_a_rewritten_seal_is_named(database: Database, sealed: OrganisationId, as_superuser: Superuser) -> None:
    as_superuser().execute(text("UPDATE audit_seals SET hash = sha256('other') WHERE position = 5"))

    assert found_wrong(database, sealed) == (5, "the row, its seal or what stands before it has been changed")


def test_a_chain_that_was_made_anew_whole_is_found_by_a_head_that_was_noted_outside(
    database: Database, sealed: OrganisationId, as_superuser: Superuser
) -> None:
    noted = verdict(database, sealed).head
    connection = as_superuser()
    connection.execute(text("UPDATE audit_log SET actor = 'other' WHERE audit_id = :id"), {"id": row_at(connection, 1)})
    connection.execute(text("DELETE FROM audit_seals"))
    connection.execute(text("DELETE FROM audit_chains"))
    seal(database)

    assert found_wrong(database, sealed) is None
    assert Head.parse(str(noted)) == noted
    assert found_wrong(database, sealed, noted) == (5, "the chain has been made anew: it is not the one that was noted")

    connection.execute(text("DELETE FROM audit_seals WHERE position = 5"))
    connection.execute(
        text("UPDATE audit_chains SET position = 4, hash = (SELECT hash FROM audit_seals WHERE position = 4)")
    )
    assert found_wrong(database, sealed) is None
    assert found_wrong(database, sealed, noted) == (5, "the chain ends before the head that was noted")


@contextmanager
def uncommitted(database: Database, organisation: OrganisationId) -> Iterator[None]:
    """A row that has its key, and whose transaction ends with the block."""
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        audit.record(connection, organisation, "somebody late", Action.LOOKED, {"subject": "dead letter 1"})
        yield


def test_a_row_that_is_committed_late_is_sealed_behind_those_with_larger_keys_and_nothing_waits_for_it(
    every_postgres: str, database: Database, organisation: OrganisationId
) -> None:
    sealer = Sealer(database)
    with uncommitted(database, organisation):
        add(database, organisation, 3)
        sealer.seal(NEVER)
        assert verdict(database, organisation).head.position == 3
        add(database, organisation, 1)
        sealer.seal(NEVER)
        assert verdict(database, organisation).head.position == 4
    sealer.seal(NEVER)

    found = verdict(database, organisation)

    assert (found.head.position, found.broken, found.unsealed) == (5, None, None)
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        keys = connection.execute(text("SELECT audit_id FROM audit_seals ORDER BY position")).scalars().all()
    assert keys[-1] == min(keys)


def test_two_who_seal_at_once_make_one_chain(
    database: Database, organisation: OrganisationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.data.store.sealing.SEALED_AT_ONCE", 3)
    add(database, organisation, 30)
    sealers = [Sealer(database) for _ in range(3)]

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda sealer: sealer.seal(NEVER), sealers))

    found = verdict(database, organisation)
    assert (found.head.position, found.broken, found.unsealed) == (30, None, None)


def test_one_who_takes_over_goes_on_where_the_chain_ends(database: Database, organisation: OrganisationId) -> None:
    for _ in range(3):
        add(database, organisation, 2)
        seal(database)

    found = verdict(database, organisation)
    assert (found.head.position, found.broken, found.unsealed) == (6, None, None)


@pytest.mark.parametrize("role", [DatabaseRole.WEB, DatabaseRole.INGEST, DatabaseRole.JOBS])
def test_no_role_of_the_service_changes_or_deletes_a_row_or_a_seal(
    database: Database, sealed: OrganisationId, role: DatabaseRole
) -> None:
    for statement in (
        "UPDATE audit_log SET actor = 'other'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "UPDATE audit_seals SET hash = ''",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ):
        if role is DatabaseRole.JOBS and statement.startswith("DELETE"):
            # They take the trail of an organisation that leaves, and no row of any other.
            with database.transaction(role, sealed) as connection:
                assert connection.execute(text(statement)).rowcount == 0
            continue
        with (
            pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
            database.transaction(role, sealed) as connection,
        ):
            connection.execute(text(statement))


@pytest.mark.parametrize("role", [DatabaseRole.WEB, DatabaseRole.INGEST])
def test_only_the_jobs_seal(database: Database, sealed: OrganisationId, role: DatabaseRole) -> None:
    for statement in (
        "INSERT INTO audit_seals VALUES (1, 99, 99, '')",
        "INSERT INTO audit_chains VALUES (99, 0, '', now())",
        "UPDATE audit_chains SET position = 0",
    ):
        with (
            pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
            database.transaction(role, sealed) as connection,
        ):
            connection.execute(text(statement))


@pytest.mark.parametrize("role", [DatabaseRole.WEB, DatabaseRole.INGEST, DatabaseRole.JOBS])
def test_nobody_dates_a_row_back_or_hides_it_from_the_sealing(
    database: Database, organisation: OrganisationId, role: DatabaseRole
) -> None:
    for columns, values in (
        ("", "now() - interval '2 minutes', 'x', 'x', 'x', '{}'"),
        ("", "now() + interval '1 minute', 'x', 'x', 'x', '{}'"),
        (", entered", "clock_timestamp(), 'x', 'x', 'x', '{}', 1"),
    ):
        with (
            pytest.raises(sqlalchemy.exc.ProgrammingError, match="row-level security"),
            database.transaction(role, organisation) as connection,
        ):
            connection.execute(text(f"{TRUTH}{columns}) VALUES (:own, {values})"), {"own": organisation})


def test_the_web_adds_no_row_to_another_organisation(
    database: Database, organisation: OrganisationId, other_organisation: OrganisationId
) -> None:
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="row-level security"),
        database.transaction(DatabaseRole.WEB, organisation) as connection,
    ):
        audit.record(connection, other_organisation, "somebody", Action.LOOKED, {})
