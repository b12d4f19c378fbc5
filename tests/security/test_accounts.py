"""Local accounts: who is let in, who is not, and that nobody learns which names there are."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.accounts import enable_account
from dashapp.data.store.audit import operator
from dashapp.security.accounts import Accounts, SignedIn, link_to_set_password, open_account
from dashapp.security.passwords import Hasher, PasswordRules, plain_name
from dashapp.web.application import Application
from tests.campus import Campus
from tests.served import Visitor, application_on

FORM = re.compile(r'name="form" value="([^"]+)"')
PASSWORD = "seven quiet green lamps"
NAME = "Rosa.Reed@School.example"


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(scope="module")
def clock() -> Hours:
    return Hours()


@pytest.fixture
def accounts(module_database: Database, clock: Hours) -> Accounts:
    """With hashes that cost little."""
    return Accounts(module_database, clock, ["k" * 32], Hasher(memory_kib=64, rounds=1))


def link_for(database: Database, campus: Campus, clock: Callable[[], datetime], name: str = NAME) -> str:
    with database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        _person, account = open_account(connection, campus.organisation_id, name, clock, operator("a test"))
        place = ("", campus.organisation_id, "small")
        return link_to_set_password(connection, place, account, operator("a test"), clock)


def key_of(link: str) -> str:
    return link.rpartition("key=")[2]


@pytest.fixture
def rosa(module_database: Database, campus: Campus, clock: Hours, accounts: Accounts) -> SignedIn:
    """Somebody with an account and a password, whom nobody has tried to be."""
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("DELETE FROM sign_in_tries"))
    done = accounts.set_password_by_link("small", key_of(link_for(module_database, campus, clock)), PASSWORD)
    assert isinstance(done, SignedIn)
    return done


# ------------------------------------------------------------------ names and passwords


def test_a_name_and_its_password_are_somebody(accounts: Accounts, rosa: SignedIn) -> None:
    assert accounts.sign_in("small", NAME, PASSWORD) == rosa
    assert accounts.sign_in("small", "  rosa.reed@SCHOOL.example ", PASSWORD) == rosa
    assert accounts.sign_in("small", "rosa.reed@school.example", PASSWORD.upper()) is None
    assert accounts.sign_in("nowhere", NAME, PASSWORD) is None
    assert accounts.sign_in("small\0", NAME, PASSWORD + "\0") is None
    assert accounts.sign_in("small", NAME, "\ud800") is None
    assert accounts.sign_in("small", "\ud800", "x") is None


def test_a_closed_account_lets_nobody_in(
    accounts: Accounts, rosa: SignedIn, module_database: Database, campus: Campus
) -> None:
    for enabled, expected in ((False, None), (True, rosa)):
        with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
            assert enable_account(connection, campus.organisation_id, plain_name(NAME), enabled)
        assert accounts.sign_in("small", NAME, PASSWORD) == expected


def test_tries_are_counted_and_the_lock_grows(accounts: Accounts, rosa: SignedIn, clock: Hours) -> None:
    for _ in range(5):
        assert accounts.sign_in("small", NAME, "wrong wrong wrong") is None
    # Locked for 15 s now; what is tried meanwhile is not counted, and does not make it longer.
    for _ in range(3):
        assert accounts.sign_in("small", NAME, PASSWORD) is None
    clock.later(seconds=14)
    assert accounts.sign_in("small", NAME, PASSWORD) is None
    clock.later(seconds=2)
    assert accounts.sign_in("small", NAME, "wrong wrong wrong") is None
    clock.later(seconds=16)
    assert accounts.sign_in("small", NAME, PASSWORD) is None, "30 s after the sixth"
    clock.later(seconds=15)
    assert accounts.sign_in("small", NAME, PASSWORD) == rosa
    for _ in range(4):
        assert accounts.sign_in("small", NAME, "wrong wrong wrong") is None
    assert accounts.sign_in("small", NAME, PASSWORD) == rosa, "a success begins anew"


def test_no_lock_lasts_longer_than_a_quarter_of_an_hour(accounts: Accounts, rosa: SignedIn, clock: Hours) -> None:
    for _ in range(30):
        accounts.sign_in("small", NAME, "wrong wrong wrong")
        clock.later(minutes=15)

    assert accounts.sign_in("small", NAME, PASSWORD) == rosa


def test_a_link_opens_a_locked_name(
    accounts: Accounts, rosa: SignedIn, module_database: Database, campus: Campus, clock: Hours
) -> None:
    for _ in range(6):
        accounts.sign_in("small", NAME, "wrong wrong wrong")
    new = "eight quiet green lamps"

    assert accounts.set_password_by_link("small", key_of(link_for(module_database, campus, clock)), new) == rosa
    assert accounts.sign_in("small", NAME, new) == rosa


def test_whether_a_name_exists_is_told_by_nothing(
    accounts: Accounts, rosa: SignedIn, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    compared: list[str] = []
    engine = module_database.engine(DatabaseRole.JOBS)
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, password_hash: str, password: str) -> Any:
        compared.append(password_hash[: password_hash.rindex("$", 0, password_hash.rindex("$"))])
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    seen = []
    for organisation, name in (("small", NAME), ("small", "nobody"), ("nowhere", NAME)):
        for _ in range(7):
            statements.clear()
            compared.clear()
            assert accounts.sign_in(organisation, name, "wrong wrong wrong") is None
            seen.append((tuple(statements), tuple(compared)))

    # The same statements and one comparison with the same cost, before the lock and behind it.
    assert len(set(seen)) == 1
    assert len(seen[0][1]) == 1


def test_an_old_hash_is_renewed_at_the_next_sign_in(
    module_database: Database, campus: Campus, accounts: Accounts, rosa: SignedIn, clock: Hours
) -> None:
    stronger = Accounts(module_database, clock, ["k" * 32], Hasher(memory_kib=128, rounds=2))

    assert stronger.sign_in("small", NAME, PASSWORD) == rosa
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        kept = connection.execute(text("SELECT password_hash FROM accounts")).scalars().all()
    assert [one.split("$")[1:4] for one in kept if "m=128" in one] == [["argon2id", "v=19", "m=128,t=2,p=1"]]
    assert stronger.sign_in("small", NAME, PASSWORD) == rosa


# ------------------------------------------------------------------ which passwords are taken


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "x" * 257,
        "passwordpassword",
        "Password2026!!",
        "123456789012",
        "qwertyuiop[]12",
        "qwertyuiopas",
        "abcdefghijkl",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "telechargement",
        "rosa.reed.2026",
        "School-school-1",
    ],
)
def test_passwords_that_are_tried_first_are_not_taken(password: str) -> None:
    assert PasswordRules.load().objection(password, (NAME, "small")) is not None


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery",
        "Rosa walks to the harbour",
        "ähnliche Wörter im Satz",
        "寺" * 3 + "の鐘が鳴るなり法隆寺境内",
    ],
)
def test_long_passwords_of_any_letters_are_taken(password: str) -> None:
    assert PasswordRules.load().objection(password, (NAME, "small")) is None


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    hasher = Hasher(memory_kib=64, rounds=1)

    assert hasher.matches(hasher.hash("Bücher für alle"), "Bu\u0308cher fu\u0308r alle")


# ------------------------------------------------------------------ links


def test_a_link_sets_a_password_once(
    accounts: Accounts, module_database: Database, campus: Campus, clock: Hours
) -> None:
    first, second = (key_of(link_for(module_database, campus, clock, "nils")) for _ in range(2))

    assert accounts.set_password_by_link("small", first, "short") not in ("ended", None)
    assert isinstance(accounts.set_password_by_link("small", first, PASSWORD), SignedIn)
    assert accounts.set_password_by_link("small", first, PASSWORD + "!") == "ended"
    assert accounts.set_password_by_link("small", second, PASSWORD + "!") == "ended", "others end with it"
    third = key_of(link_for(module_database, campus, clock, "nils"))
    assert not accounts.link_holds("nowhere", third)
    assert accounts.link_holds("small", third)
    clock.later(hours=73)
    assert not accounts.link_holds("small", third)
    assert accounts.set_password_by_link("small", third, PASSWORD + "!") == "ended"
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        kept = str(connection.execute(text("SELECT * FROM password_links")).all())
    assert third not in kept


# ------------------------------------------------------------------ the pages


@pytest.fixture(scope="module")
def application(module_database: Database, campus: Campus, clock: Hours) -> Iterator[Application]:
    with application_on(module_database, campus, clock=clock, demo_sign_in=False) as made:
        yield made


def post(visitor: Visitor, path: str, values: dict[str, str], page: str | None = None) -> Any:
    found = FORM.search(visitor.client.get(page or path).get_data(as_text=True))
    assert found is not None
    return visitor.client.post(path, data={"form": found[1], **values})


def test_the_page_lets_in_and_refuses_everybody_else_in_the_same_words(
    application: Application, visitor: Callable[[], Visitor], rosa: SignedIn
) -> None:
    given = {"organisation": "small", "name": NAME, "password": PASSWORD, "next": "/courses"}
    answer = post(visitor(), "/sign-in", given)
    refused = [
        post(visitor(), "/sign-in", {**given, "password": "wrong wrong wrong"}),
        post(visitor(), "/sign-in", {**given, "name": NAME, "password": ""}),
        *(post(visitor(), "/sign-in", {**given, "password": f"wrong {n}"}) for n in range(6)),
    ]
    other = post(visitor(), "/sign-in", {**given, "name": "rosa.read@school.example"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses")
    assert "la_session=" in str(answer.headers)
    bodies = [FORM.sub("", one.get_data(as_text=True)) for one in (*refused, other)]
    assert {one.status_code for one in (*refused, other)} == {401}
    assert len({body.replace(plain_name("rosa.read@school.example"), NAME) for body in bodies}) == 1
    assert not any("la_session=" in str(one.headers) for one in (*refused, other))
    assert PASSWORD not in "".join(bodies)


def test_an_only_organisation_is_not_asked_for(visitor: Callable[[], Visitor], rosa: SignedIn) -> None:
    page = visitor().client.get("/sign-in").get_data(as_text=True)

    assert '<input type="hidden" name="organisation" value="small">' in page
    assert post(visitor(), "/sign-in", {"organisation": "small", "name": NAME, "password": PASSWORD}).status_code == 303


def test_what_somebody_typed_is_shown_as_text(visitor: Callable[[], Visitor], campus: Campus) -> None:
    hostile = '"><script>alert(1)</script>{{ 7*7 }}'
    answer = post(visitor(), "/sign-in", {"organisation": hostile, "name": hostile, "password": "x"})
    page = answer.get_data(as_text=True) + visitor().client.get(
        "/sign-in", query_string={"organisation": hostile, "next": hostile}
    ).get_data(as_text=True)

    # A form's own token is random, and may hold any digits.
    page = re.sub(r'name="form" value="[^"]*"', "", page)
    assert "<script>alert" not in page
    assert "49" not in page.replace(hostile, "")


def test_a_password_is_set_by_a_link_and_changed_by_who_knows_it(
    application: Application, visitor: Callable[[], Visitor], module_database: Database, campus: Campus, clock: Hours
) -> None:
    link, person = link_for(module_database, campus, clock, "olga"), visitor()
    fields = {"organisation": "small", "key": key_of(link), "new": PASSWORD, "again": PASSWORD}

    differs = post(person, "/sign-in/password", {**fields, "again": "another"}, page=link)
    short = post(person, "/sign-in/password", {**fields, "new": "short", "again": "short"}, page=link)
    done = post(person, "/sign-in/password", fields, page=link)
    again = person.client.get(link)

    assert (differs.status_code, short.status_code, done.status_code, again.status_code) == (422, 422, 200, 404)
    assert post(person, "/sign-in", {"organisation": "small", "name": "olga", "password": PASSWORD}).status_code == 303
    new = "nine quiet green lamps"
    wrong = post(person, "/account/password", {"old": "wrong wrong wrong", "new": new, "again": new})
    changed = post(person, "/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert (wrong.status_code, changed.status_code) == (422, 303)
    said = person.client.get(changed.headers["Location"]).text
    assert "Your password was changed; sign in with the new one." in said
    assert "Your password was changed" not in person.client.get("/sign-in").text
    # The next sign-in needs the new one.
    assert person.client.get("/account/password").status_code == 302
    given = {"organisation": "small", "name": "olga"}
    assert post(person, "/sign-in", {**given, "password": PASSWORD}).status_code == 401
    assert post(person, "/sign-in", {**given, "password": new}).status_code == 303


def test_who_has_no_account_here_is_told_so(visitor: Callable[[], Visitor], campus: Campus) -> None:
    person = visitor().sign_in(campus, "Ada Abel")

    assert "You do not sign in with a password" in person.client.get("/account/password").get_data(as_text=True)
    assert visitor().client.get("/account/password").status_code == 302


def test_a_form_of_another_site_changes_no_password(
    visitor: Callable[[], Visitor], campus: Campus, rosa: SignedIn
) -> None:
    person = visitor()
    post(person, "/sign-in", {"organisation": "small", "name": NAME, "password": PASSWORD})
    fields = {"old": PASSWORD, "new": "ten quiet green lamps", "again": "ten quiet green lamps"}

    without = person.client.post("/account/password", data=fields)
    foreign = post(visitor(), "/sign-in", {"organisation": "small", "name": NAME, "password": PASSWORD})

    assert without.status_code == 422
    assert foreign.status_code == 303, "the old password holds"


def test_a_network_that_tries_and_tries_has_to_wait(visitor: Callable[[], Visitor], campus: Campus) -> None:
    client = visitor().client
    networks = ["192.0.2.7"] * 61 + ["2001:db8:7::1", "192.0.2.8"]
    codes = [client.post("/sign-in", environ_base={"REMOTE_ADDR": one}).status_code for one in networks]

    assert codes == [303] * 60 + [429] + [303] * 2
