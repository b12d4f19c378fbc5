"""What the audit trail holds of ways in and out and of whatever decides who sees whom: whose, by whom, from where."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.audit import operator
from dashapp.data.store.service_keys import NewServiceKey, make_service_key
from dashapp.data.store.signed_in import Attested, receive, sign_in_names
from dashapp.domain.clock import system_clock
from dashapp.security import __main__ as commands
from dashapp.security.accounts import Accounts, SignedIn, link_to_set_password, open_account
from dashapp.security.passwords import Hasher
from dashapp.web.application import Application
from ingest import joins, keys
from tests.campus import ADMINISTRATOR, ISSUER, Campus
from tests.security.conftest import Watch, links_of, path_of, principal_of
from tests.served import Visitor, address, application_on

Strangers = Callable[[], Visitor]
FORM = re.compile(r'name="form" value="([^"]+)"')
NAME, PASSWORD, WRONG = "rosa", "seven quiet green lamps", "seven quiet red lamps"
HERE = "127.0.0.0/24"


class Trail:
    """The rows that were written since it was made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first = len(self._all("audit_id"))

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """By default (action, actor, subject)."""
        return self._all(*(columns or ("action", "actor", "subject")))[self._first :]

    def _all(self, *columns: str) -> list[tuple[Any, ...]]:
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = connection.execute(text(f"SELECT {', '.join(columns)} FROM audit_log ORDER BY audit_id"))
            return [tuple(row) for row in found]


@pytest.fixture(scope="module")
def rosa(module_database: Database, campus: Campus) -> SignedIn:
    """Somebody with a password of this service."""
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        _person, account = open_account(connection, campus.organisation_id, NAME, system_clock, operator("a test"))
        place = ("", campus.organisation_id, "small")
        link = link_to_set_password(connection, place, account, operator("a test"), system_clock)
    done = accounts_on(module_database).set_password_by_link("small", link.rpartition("key=")[2], PASSWORD)
    assert isinstance(done, SignedIn)
    return done


def accounts_on(database: Database, clock: Callable[[], datetime] = system_clock) -> Accounts:
    """With hashes that cost little."""
    return Accounts(database, clock, ["k" * 32], Hasher(memory_kib=64, rounds=1))


@pytest.fixture
def trail(module_database: Database, campus: Campus, rosa: SignedIn) -> Trail:
    return Trail(module_database)


def person_of(database: Database, who: SignedIn) -> str:
    return f"person {int(accounts_on(database).person_id(who))}"


def post(visitor: Visitor, path: str, values: dict[str, str]) -> Any:
    found = FORM.search(visitor.client.get("/sign-in").get_data(as_text=True))
    assert found is not None
    return visitor.client.post(path, data={"form": found[1], **values})


@pytest.fixture
def run(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs a command on this module's database."""
    monkeypatch.setenv("DATABASE_URL", module_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PUBLIC_URL", "https://learn.example")
    monkeypatch.setenv("OUTGOING_NETWORKS", "127.0.0.0/8")

    def command(main: Callable[..., int], *arguments: str) -> int:
        return main(arguments, lambda _said: None)

    return command


# ------------------------------------------------------------------ in and out


def test_who_signs_in_with_a_password_and_out_again_leaves_a_row_of_each(
    trail: Trail, visitor: Strangers, rosa: SignedIn, module_database: Database
) -> None:
    somebody = visitor()
    post(somebody, "/sign-in", {"organisation": "small", "name": NAME, "password": PASSWORD})
    somebody.client.post("/sign-out")
    somebody.client.post("/sign-out")

    own = (str(rosa.person), person_of(module_database, rosa))
    assert trail.rows() == [("session.begun", *own), ("session.ended", *own)]
    assert trail.rows("role", "method", "origin") == [("self", "local", HERE)] * 2


def test_one_of_the_demo_campus_leaves_a_row(trail: Trail, visitor: Strangers, campus: Campus) -> None:
    ada = campus.people["Ada Abel"]
    with application_on(campus.database, campus, demo_sign_in=True) as app:
        post(Visitor(app.server.test_client(), app), "/sign-in", {"person": str(ada.public_id)})

    assert trail.rows() == [("session.begun", str(ada.public_id), f"person {ada.person_id}")]
    assert trail.rows("method") == [("demo",)]


def test_a_signed_link_is_opened_in_the_name_of_who_had_it_made_and_says_so(
    trail: Trail, visitor: Strangers, application: Application, campus: Campus, courses: dict[str, str]
) -> None:
    page = f"/embed/courses/{courses['ALG 1']}"
    link = links_of(application).make(principal_of(application, campus, "Tess Thorne"), page)
    trail = Trail(campus.database)

    assert visitor().client.get(path_of(link)).status_code == 200

    tess = campus.people["Tess Thorne"]
    assert trail.rows() == [("session.begun", str(tess.public_id), f"person {tess.person_id}")]
    assert trail.rows("role", "method", "origin", "detail->>'only'") == [(None, "link", HERE, page)]


def test_a_wrong_password_of_an_account_is_a_row_and_a_name_that_nobody_has_is_none(
    trail: Trail, visitor: Strangers, rosa: SignedIn, module_database: Database
) -> None:
    for name in (NAME, "nobody.at.all"):
        post(visitor(), "/sign-in", {"organisation": "small", "name": name, "password": WRONG})

    assert trail.rows() == [("session.refused", "unknown", person_of(module_database, rosa))]
    assert trail.rows("role", "method", "origin", "detail") == [(None, "local", HERE, {})]


def test_who_guesses_and_guesses_writes_no_more_rows_than_the_lock_lets_tries(
    trail: Trail, rosa: SignedIn, module_database: Database, watch: Watch
) -> None:
    accounts = accounts_on(module_database, watch)
    assert accounts.sign_in("small", NAME, PASSWORD) == rosa
    for _second in range(0, 3600, 15):
        for _try in range(3):
            assert accounts.sign_in("small", NAME, WRONG) is None
        watch.now += timedelta(seconds=15)
    watch.now += timedelta(minutes=15)
    assert accounts.sign_in("small", NAME, PASSWORD) == rosa

    # Five tries, then one after 15 s, 30 s, 1, 2, 4, 8 and every 15 minutes: 720 were sent.
    assert [row[0] for row in trail.rows()] == ["session.refused"] * 13


def test_an_own_password_that_is_changed_leaves_rows_of_the_change_and_the_sessions_it_ends(
    trail: Trail, visitor: Strangers, rosa: SignedIn, module_database: Database
) -> None:
    here, there = visitor(), visitor()
    for each in (here, there):
        post(each, "/sign-in", {"organisation": "small", "name": NAME, "password": PASSWORD})
    found = FORM.search(here.client.get("/account/password").get_data(as_text=True))
    assert found is not None
    for old in (WRONG, PASSWORD):
        new = {"form": found[1], "old": old, "new": PASSWORD + "!", "again": PASSWORD + "!"}
        here.client.post("/account/password", data=new)

    own = (str(rosa.person), person_of(module_database, rosa))
    names = ["session.begun", "session.begun", "session.refused", "password.set", "session.ended"]
    assert trail.rows() == [(name, *own) for name in names]
    assert trail.rows("detail->>'count'")[-1] == ("2",)


def test_a_claim_that_makes_an_administrator_leaves_a_row_when_it_comes_and_when_it_goes(
    trail: Trail, campus: Campus
) -> None:
    names = sign_in_names("https://sso.example", "s-1", ())
    people = {
        receive(campus.database, campus.organisation_id, Attested(names, administers=holds), datetime.now(UTC), HERE)
        for holds in (True, True, False, False)
    }

    [person] = people
    assert [row[:2] for row in trail.rows()] == [
        ("administrator.made", str(person)),
        ("administrator.ended", str(person)),
    ]
    assert trail.rows("role", "method", "origin") == [("self", "oidc", HERE)] * 2


# ------------------------------------------------------------------ what operators decide


def test_what_commands_change_is_in_the_trail_by_keys(
    trail: Trail, run: Callable[..., int], application: Application, campus: Campus, courses: dict[str, str]
) -> None:
    small = ("--organisation", "small")
    tess, page = str(campus.people["Tess Thorne"].public_id), f"/embed/courses/{courses['ALG 1']}"
    for arguments in (
        ("create-admin", *small, "--email", "chief@north.example"),
        ("create-admin", *small, "--email", "chief@north.example"),
        ("close-account", *small, "--name", "chief@north.example"),
        ("open-account", *small, "--name", "chief@north.example"),
        ("password-link", *small, "--name", "chief@north.example"),
        ("providers", "add", *small, "--name", "one", "--issuer", "http://127.0.0.1:9", "--client-id", "x"),
        ("providers", "remove", *small, "--name", "one"),
        ("keys", "create", *small, "--name", "warehouse"),
        ("embed-link", *small, "--person", tess, "--page", page),
        ("frame-origin", *small, "--add", "https://portal.example"),
        ("frame-origin", *small, "--remove", "https://portal.example"),
    ):
        assert run(commands.main, *arguments) == 0, arguments

    written = trail.rows("action", "subject", "actor", "role", "detail::text")
    assert [row[0] for row in written] == [
        *("account.opened", "administrator.made", "password.link_made", "password.link_made"),
        *("account.closed", "account.opened", "password.link_made"),
        *("provider.set", "provider.removed", "key.made", "embed_link.made"),
        *("frame_origins.changed", "frame_origins.changed"),
    ]
    assert len({row[1] for row in written[:7]}) == 1, "one account, one person"
    assert [row[1] for row in written[7:9]] == ["provider one"] * 2
    assert written[9][1].startswith("key las_")
    assert written[10][1] == f"person {campus.people['Tess Thorne'].person_id}"
    assert all(row[2].startswith("operator:") and row[3] == "operator" for row in written)
    assert not any(word in str(written) for word in ("chief", "Tess", "key="))


def test_an_account_that_is_closed_ends_its_sessions_by_name_of_the_operator(
    rosa: SignedIn, visitor: Strangers, run: Callable[..., int], module_database: Database
) -> None:
    accounts = accounts_on(module_database)
    with module_database.transaction(DatabaseRole.JOBS, rosa.organisation_id) as connection:
        _person, account = open_account(connection, rosa.organisation_id, "olaf", system_clock, operator("a test"))
        place = ("", rosa.organisation_id, "small")
        link = link_to_set_password(connection, place, account, operator("a test"), system_clock)
    accounts.set_password_by_link("small", link.rpartition("key=")[2], PASSWORD)
    post(visitor(), "/sign-in", {"organisation": "small", "name": "olaf", "password": PASSWORD})
    trail = Trail(module_database)

    run(commands.main, "close-account", "--organisation", "small", "--name", "olaf")

    assert [row[0] for row in trail.rows()] == ["account.closed", "session.ended"]
    assert {row[0] for row in trail.rows("subject")} == {f"person {int(account.person_id)}"}
    assert {row[0] for row in trail.rows("role")} == {"operator"}


def test_senders_their_keys_and_join_rules_leave_rows(trail: Trail, run: Callable[..., int]) -> None:
    small, pair = ("--organisation", "small"), ("--issuer", ISSUER, "--kind", "email")
    assert run(keys.main, "create", *small, "--source", "lms-small") == 0
    key = trail.rows("subject")[0][0].removeprefix("key ")
    assert run(keys.main, "allow", *small, "--source", "lms-small", "learning,user") == 0
    assert run(keys.main, "allow", *small, "--source", "lms-small") == 0
    assert run(keys.main, "revoke", *small, key) == 0
    rule = ("--same-issuer", ISSUER, "--same-kind", "account", "--by", "the registrar")
    assert run(joins.main, "add", *small, *pair, *rule) == 0
    assert run(joins.main, "remove", *small, *pair) == 0

    assert trail.rows("action", "subject") == [
        ("key.made", f"key {key}"),
        ("sender.set", "sender lms-small"),
        ("key.revoked", f"key {key}"),
        ("join_rule.made", f"rule {ISSUER} email"),
        ("join_rule.removed", f"rule {ISSUER} email"),
    ]
    assert trail.rows("actor")[3] == ("operator:the registrar",)


def test_another_system_that_reads_figures_is_one_row_in_a_quarter_of_an_hour(
    trail: Trail, visitor: Strangers, campus: Campus
) -> None:
    now = datetime.now(UTC)
    new = NewServiceKey("warehouse", ("read:courses",), "a test", now + timedelta(days=1))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        prefix, key = make_service_key(connection, campus.organisation_id, new, now)
    for _ in range(3):
        shown = {"Authorization": f"Bearer {key}"}
        assert visitor().client.get("/api/v1/courses", headers=shown).status_code == 200

    assert trail.rows() == [("page.viewed", f"las_{prefix}", "organisation")]
    assert trail.rows("role", "page", "origin") == [("service", "courses", HERE)]


def test_the_page_finds_rows_by_what_was_done(
    visitor: Strangers, campus: Campus, application: Application, rosa: SignedIn, module_database: Database
) -> None:
    accounts_on(module_database).sign_in("small", NAME, WRONG)
    at = address(own_address(module_database, campus.organisation_id))
    max_ = visitor().sign_in(campus, ADMINISTRATOR)

    refused = max_.ask("audit-page", {**at, "audit-action.value": "session.refused"}).get_data(as_text=True)

    assert "Sign-in refused" in refused
    assert "Somebody unknown" in refused
    assert str(rosa.person) in refused
    assert "Signed in" not in refused
