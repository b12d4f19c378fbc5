"""Keys are shown once, kept as hashes, listed without secrets and ended by one command."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import find_organisation
from dashapp.data.store.source_keys import hash_of, read_keys
from dashapp.domain.events import Topic
from ingest import keys

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on this test's database; gives the exit code and what was said."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def call(*arguments: str) -> tuple[int, str]:
        said: list[str] = []
        code = keys.main(arguments, said.append)
        return code, "\n".join(said)

    return call


CREATE = ("create", "--organisation", "college", "--source", "moodle")


def test_one_command_makes_organisation_sender_and_key(run: Run, database: Database) -> None:
    code, said = run(*CREATE, "--title", "A college", "--zone", "Europe/Berlin", "--issuer", "https://moodle.example")
    assert code == 0
    bearer = next(line.split()[-1] for line in said.splitlines() if "Bearer" in line)
    password = next(line.split()[-1] for line in said.splitlines() if "password  " in line)

    with database.transaction(DatabaseRole.INGEST, None) as connection:
        (key,) = read_keys(connection)
    assert bearer == f"la_{key.prefix}_{password}"
    assert key.secret_hash == hash_of(password)
    assert key.holder.source.name == "moodle"
    assert key.holder.source.organisation == "college"
    assert key.holder.source.allowed == frozenset(Topic)


def test_the_secret_is_kept_nowhere(run: Run, database: Database) -> None:
    _, said = run(*CREATE, "--title", "A college", "--issuer", "https://moodle.example")
    password = said.split()[-1]
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        row = connection.execute(text("SELECT source_keys::text AS kept FROM source_keys")).one()
    assert password not in row.kept
    assert password not in run("list", "--organisation", "college")[1]


def test_a_sender_that_exists_keeps_what_it_may_send(run: Run, database: Database) -> None:
    run(*CREATE, "--title", "A college", "--issuer", "https://moodle.example", "--allow", "learning")
    code, _ = run(*CREATE)
    assert code == 0
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        assert [key.holder.source.allowed for key in read_keys(connection)] == [frozenset({Topic.LEARNING})] * 2


def test_what_a_sender_may_send_is_changed_by_a_command_of_its_own(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*CREATE, "--title", "A college", "--issuer", "https://moodle.example", "--allow", "learning")
    assert run(*CREATE, "--allow", "learning,user")[0] == 1
    assert "may send learning. The command allow changes it." in capsys.readouterr().err
    assert run(*CREATE, "--issuer", "https://other.example")[0] == 1

    monkeypatch.setenv("KAFKA_BROKERS", "127.0.0.1:9092")
    assert run("allow", "--organisation", "college", "--source", "moodle", "user,content")[0] == 0
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        (key,) = read_keys(connection)
    assert key.holder.source.allowed == {Topic.USER, Topic.CONTENT}
    assert key.holder.topics == {"learning-events", "user-events", "content-events"}
    told = (0, "moodle may send content, user events.")
    assert run("allow", "--organisation", "college", "--source", "moodle") == told
    assert run("allow", "--organisation", "college", "--source", "canvas", "user")[0] == 1


def test_a_revoked_key_is_listed_and_not_read(run: Run, database: Database) -> None:
    _, said = run(*CREATE, "--title", "A college", "--issuer", "https://moodle.example")
    user = next(line.split()[-1] for line in said.splitlines() if "user  " in line)
    assert "until it is revoked, never used" in run("list", "--organisation", "college")[1]

    assert run("revoke", "--organisation", "college", user)[0] == 0
    assert "revoked 2" in run("list", "--organisation", "college")[1]
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        assert read_keys(connection) == []
    assert run("revoke", "--organisation", "college", user)[0] == 1


def test_a_key_can_be_made_for_some_days_only(run: Run) -> None:
    run(*CREATE, "--title", "A college", "--issuer", "https://moodle.example", "--days", "30")
    run(*CREATE, "--days", "0")
    listed = run("list", "--organisation", "college")[1]
    assert "until 2" in listed
    assert "expired 2" in listed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (CREATE, "There is no organisation named college."),
        ((*CREATE, "--title", "A college"), "There is no sender named moodle."),
        (
            (*CREATE, "--title", "A college", "--issuer", "i", "--allow", "all"),
            "What can be allowed is",
        ),
        (
            ("allow", "--organisation", "nowhere", "--source", "moodle", "user"),
            "There is no organisation named nowhere.",
        ),
        ((*CREATE, "--title", "A college", "--issuer", "i", "--zone", "Mars"), "Mars is not a time zone"),
        (("list", "--organisation", "nowhere"), "There is no organisation named nowhere."),
        (("revoke", "--organisation", "nowhere", "la_x"), "There is no organisation named nowhere."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert run(*arguments)[0] == 1
    assert capsys.readouterr().err.startswith(sentence)


def test_a_command_that_fails_makes_nothing(run: Run, database: Database) -> None:
    run(*CREATE, "--title", "A college", "--issuer", "i", "--allow", "nothing")
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert find_organisation(connection, "college") is None
