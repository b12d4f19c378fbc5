"""`python -m dashapp.security`: the first administrator of a new organisation, providers, and keys, without SQL."""

import re
from collections.abc import Callable

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.domain.clock import system_clock
from dashapp.domain.sessions import SignInMethod
from dashapp.security import __main__ as commands
from dashapp.security.accounts import Accounts, SignedIn
from dashapp.security.passwords import Hasher
from dashapp.security.sessions import Sessions
from dashapp.settings import Settings

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(database: Database, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on this test's database; its exit code, and what it said."""
    url = database.url.render_as_string(hide_password=False)
    settings = make_settings(
        database_url=url,
        public_url="https://learn.example/analytics",
        openid_client_secrets="north/campus=secret",
        outgoing_networks="127.0.0.0/8",
    )
    monkeypatch.setattr(commands, "load_settings", lambda: settings)

    def command(*arguments: str) -> tuple[int, str]:
        said: list[str] = []
        code = commands.main(arguments, said.append)
        return code, "\n".join(said)

    return command


def link_in(said: str) -> tuple[str, str]:
    """(organisation, key) of the link that a command shows."""
    found = re.search(r"https://learn\.example/analytics/sign-in/password\?organisation=(\S+?)&key=(\S+)", said)
    assert found is not None, said
    return found[1], found[2]


def test_a_new_organisation_gets_its_first_administrator(run: Run, database: Database) -> None:
    refused = run("create-admin", "--organisation", "north", "--email", "chief@north.example")
    code, said = run(
        *("create-admin", "--organisation", "north", "--title", "North College", "--zone", "Europe/Oslo"),
        *("--email", "Chief@North.example"),
    )

    accounts = Accounts(database, system_clock, ["k" * 32], Hasher(memory_kib=64, rounds=1))
    who = accounts.set_password_by_link(*link_in(said), "seven quiet green lamps")
    assert isinstance(who, SignedIn)
    assert accounts.sign_in("north", "chief@north.example", "seven quiet green lamps") == who
    with database.transaction(DatabaseRole.WEB, who.organisation_id) as connection:
        principal = principal_for(connection, who.organisation_id, who.person, system_clock())
    assert (refused[0], code) == (1, 0)
    assert (principal.administers, principal.name) == (True, "chief")


def test_making_an_administrator_again_gives_a_new_link_and_no_second_person(run: Run, database: Database) -> None:
    given = ("create-admin", "--organisation", "north", "--title", "North", "--email", "chief@north.example")

    links = {link_in(run(*given)[1])[1] for _ in range(2)}

    assert len(links) == 2
    assert run("accounts", "--organisation", "north")[1].count("chief@north.example") == 1
    assert "no password yet" in run("accounts", "--organisation", "north")[1]


def test_accounts_are_closed_opened_and_given_new_links(run: Run) -> None:
    run("create-admin", "--organisation", "north", "--title", "North", "--email", "chief")
    of = ("--organisation", "north", "--name", "chief")

    assert run("close-account", *of)[0] == 0
    assert run("password-link", *of)[0] == 1
    assert "closed" in run("accounts", "--organisation", "north")[1]
    assert run("open-account", *of)[0] == 0
    assert link_in(run("password-link", *of)[1])[0] == "north"
    assert run("close-account", "--organisation", "north", "--name", "nobody")[0] == 1
    assert run("create-admin", "--organisation", "north", "--email", "two words")[0] == 1


def test_a_closed_account_ends_the_sessions_of_its_owner(run: Run, database: Database) -> None:
    said = run("create-admin", "--organisation", "north", "--title", "North", "--email", "chief")[1]
    accounts = Accounts(database, system_clock, ["k" * 32], Hasher(memory_kib=64, rounds=1))
    who = accounts.set_password_by_link(*link_in(said), "seven quiet green lamps")
    assert isinstance(who, SignedIn)
    sessions = Sessions(["k" * 32], system_clock, database)
    text = sessions.issue(who.organisation_id, who.person, SignInMethod.LOCAL)
    assert sessions.read(text) is not None

    run("close-account", "--organisation", "north", "--name", "chief")

    assert Sessions(["k" * 32], system_clock, database).read(text) is None


def test_a_provider_is_registered_with_the_address_back(run: Run) -> None:
    run("create-admin", "--organisation", "north", "--title", "North", "--email", "chief")
    of = ("--organisation", "north", "--name", "campus")
    known = (*of, "--client-id", "analytics", "--title", "Campus account", "--issuer", "http://127.0.0.1:9")

    code, said = run("providers", "add", *known, "--administrator-claim", "roles", "--administrator-values", "a, b")

    assert code == 0
    assert "https://learn.example/analytics/sign-in/openid/north/campus/back" in said
    listed = run("providers", "list", "--organisation", "north")[1]
    assert "administrators: roles is a or b" in listed
    assert "with a secret" in listed
    assert "secret=" not in listed
    for wrong in (
        ("--issuer", "https://10.0.0.1"),
        ("--issuer", "file:///etc"),
        ("--issuer", "http://127.0.0.1:9", "--scopes", "email"),
        ("--issuer", "http://127.0.0.1:9", "--administrator-claim", "roles"),
    ):
        assert run("providers", "add", *of, "--client-id", "analytics", *wrong)[0] == 1
    other = ("--organisation", "north", "--name", "other", "--client-id", "x", "--issuer", "http://127.0.0.1:9")
    assert run("providers", "add", *other)[0] == 1, "one issuer, one provider"
    assert run("providers", "remove", *of)[0] == 0
    assert run("providers", "remove", *of)[0] == 1
    assert run("providers", "list", "--organisation", "north")[1] == "No providers."


def test_a_key_is_shown_once_and_revoked(run: Run) -> None:
    run("create-admin", "--organisation", "north", "--title", "North", "--email", "chief")

    code, said = run("keys", "create", "--organisation", "north", "--name", "warehouse")
    key = re.search(r"Bearer (las_\w+?_\S+)", said)
    listed = run("keys", "list", "--organisation", "north")[1]

    assert (code, key is not None) == (0, True)
    assert key is not None
    assert key[1] not in listed
    assert "warehouse  read:courses  until" in listed
    assert run("keys", "revoke", "--organisation", "north", key[1])[0] == 0
    assert run("keys", "revoke", "--organisation", "north", key[1])[0] == 1
    assert "revoked" in run("keys", "list", "--organisation", "north")[1]
    assert run("keys", "create", "--organisation", "north", "--name", "x", "--scopes", "read:names")[0] == 1
    assert run("keys", "create", "--organisation", "north", "--name", "x", "--days", "0")[0] == 1
    assert run("keys", "list", "--organisation", "nowhere")[0] == 1


def test_an_unprepared_database_is_named(
    make_settings: Callable[..., Settings],
    empty_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = make_settings(database_url=empty_database_url)
    monkeypatch.setattr(commands, "load_settings", lambda: settings)

    assert commands.main(["accounts", "--organisation", "north"]) == 1
    assert "not prepared" in capsys.readouterr().err
