"""The page of the ways in: what is made is shown once, what is ended ends, and all of it is the own organisation's."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.identity_providers import list_providers
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.service_keys import NewServiceKey, list_service_keys, make_service_key
from dashapp.domain.clock import system_clock
from dashapp.domain.keys import OrganisationId
from dashapp.domain.sessions import SignInMethod, Voucher
from dashapp.security.sessions import Manner
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
PROVIDER = ("campus", "Campus account", "https://93.184.216.34/realms/campus", "analytics")
"""An issuer by its number: nobody is asked for a name."""


@pytest.fixture(autouse=True)
def nothing_decided(campus: Campus) -> Iterator[None]:
    """No test finds what another one has decided."""
    yield
    with campus.database.administration() as connection:
        for table in ("password_links", "accounts", "identity_providers", "service_keys", "audit_log"):
            connection.exec_driver_sql(f"DELETE FROM analytics.{table}")
        connection.commit()


@pytest.fixture
def office(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


def plain(answer: Any) -> str:
    """What a callback answers, without the escapes of its JSON."""
    return str(answer.get_data(as_text=True)).replace("\\u002f", "/").replace("\\u0026", "&")


def shown(somebody: Visitor, campus: Campus, search: object = "") -> str:
    own = own_address(campus.database, campus.organisation_id)
    return plain(somebody.ask("signin-page", {"signin-search.value": search, **address(own)}))


def press(somebody: Visitor, button: str, **form: Any) -> str:
    values = {f"signin-{name.replace('_', '-')}.value": value for name, value in form.items()}
    changed = [f"signin-{button}.n_clicks"]
    answer = somebody.ask("signin-said", {f"signin-{button}.n_clicks": 1, **values}, changedPropIds=changed)
    return plain(answer)


def press_row(somebody: Visitor, what: str, row: object) -> str:
    kind = f"signin-{what}"
    changed = json.dumps({"row": row, "type": kind}, separators=(",", ":"))
    answer = somebody.ask("signin-said", {kind: {row: 1}}, changedPropIds=[f"{changed}.n_clicks"])
    return plain(answer)


def add(somebody: Visitor, *given: str) -> str:
    names = ("form_name", "form_title", "form_issuer", "form_client")
    return press(somebody, "add-provider", **dict(zip(names, given, strict=True)))


def actions(campus: Campus) -> list[str]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        rows = connection.execute(text("SELECT action FROM audit_log WHERE action <> 'page.viewed' ORDER BY audit_id"))
        return [str(each) for each in rows.scalars() if not str(each).startswith("session.")]


def test_a_provider_is_added_with_its_address_back_switched_off_and_removed_and_its_sessions_end(
    office: Visitor, visitor: Strangers, application: Application, campus: Campus
) -> None:
    assert "No provider yet" in shown(office, campus)

    assert "/sign-in/openid/small/campus/back" in add(office, *PROVIDER)
    assert "Continue with Campus account" in visitor().client.get("/sign-in").text
    assert "1 provider signs people in" in shown(office, campus)
    person, sessions = campus.people["Tess Thorne"].public_id, application.guard.sessions
    by_provider = Manner(voucher=Voucher.provider(PROVIDER[2]))
    begun = sessions.issue(campus.organisation_id, person, SignInMethod.OIDC, by_provider)
    assert "not offered any more" in press_row(office, "provider-off", "campus")
    sessions.follow()
    assert sessions.read(begun) is None
    assert "Continue with" not in visitor().client.get("/sign-in").text
    assert "Switched off" in shown(office, campus)
    assert "offers it again" in press_row(office, "provider-on", "campus")
    assert "It is removed" in press_row(office, "provider-remove", "campus")
    assert "not there any more" in press_row(office, "provider-remove", "campus")
    assert actions(campus) == ["provider.set"] * 3 + ["provider.removed"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("", "", *PROVIDER[2:]), "Give the provider a name"),
        (("a/b", "", *PROVIDER[2:]), "Give the provider a name"),
        (("campus", "", "https://10.0.0.1", "x"), "Enter the provider's issuer"),
        (("campus", "", "file:///etc/passwd", "x"), "Enter the provider's issuer"),
        (("campus", "", PROVIDER[2], " "), "Enter the client id"),
        (("taken", "", PROVIDER[2], "x"), "There is a provider of this name"),
        (("other", "", "https://93.184.216.34", "x"), "There is a provider of this name"),
    ],
)
def test_a_provider_that_cannot_be_is_refused_with_what_to_do(
    office: Visitor, campus: Campus, given: tuple[str, ...], words: str
) -> None:
    add(office, "taken", "", "https://93.184.216.34", "x")

    assert words in add(office, *given)

    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        assert [one.name for one in list_providers(connection, campus.organisation_id)] == ["taken"]


def test_a_key_is_shown_once_opens_the_api_and_nothing_when_it_is_revoked(
    office: Visitor, visitor: Strangers, campus: Campus
) -> None:
    made = press(office, "make-key", key_name="Data warehouse", key_days=30)
    [key] = re.findall(r"Bearer (las_[\w-]+)", made)
    prefix = key.removeprefix("las_").partition("_")[0]
    ask = visitor().client.get
    bearer = {"Authorization": f"Bearer {key}"}

    assert ask("/api/v1/me", headers=bearer).get_json()["name"] == "Data warehouse"
    assert key not in shown(office, campus)
    assert f"las_{prefix}" in shown(office, campus)
    assert "refused from now on" in press_row(office, "key-revoke", prefix)
    assert ask("/api/v1/me", headers=bearer).status_code == 401
    assert "Revoked" in shown(office, campus)
    for days in (0, -1, 10**6, None, "x", 1.5):
        assert "for five years at most" in press(office, "make-key", key_name="x", key_days=days)
    assert "Give the key a name" in press(office, "make-key", key_name="", key_days=1)
    assert actions(campus) == ["key.made", "key.revoked"]


def test_an_account_is_opened_with_a_link_that_is_shown_once_and_closed(
    office: Visitor, visitor: Strangers, campus: Campus
) -> None:
    made = press(office, "open-account", account_name="Pia@home.example")
    [link] = re.findall(r"(/sign-in/password\?organisation=small[^\"]+)", made)
    page = shown(office, campus, "PIA@")
    [row] = set(re.findall(r'"row":"([0-9a-f-]+ pia@home\.example)"', page))

    assert "Choose a password" in visitor().client.get(link).text
    assert "Has no password yet" in page
    assert "No account of this name" in shown(office, campus, "nobody")
    assert "There is an account of this name already" in press(office, "open-account", account_name="pia@home.example")
    assert "has no spaces in it" in press(office, "open-account", account_name="two words")
    assert "/sign-in/password" in press_row(office, "account-link", row)
    assert "closed" in press_row(office, "account-close", row)
    assert "Closed" in shown(office, campus)
    assert "open again" in press_row(office, "account-open", row)
    assert actions(campus)[:2] == ["account.opened", "password.link_made"]


def test_nothing_of_another_organisation_is_seen_or_ended(office: Visitor, campus: Campus) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        other = create_organisation(connection, "elsewhere", "Elsewhere", "UTC")
    now = system_clock()
    with campus.database.transaction(DatabaseRole.JOBS, other) as connection:
        prefix, _key = make_service_key(
            connection, other, NewServiceKey("theirs", (), "x", now.replace(year=9999)), now
        )
    theirs = own_address(campus.database, other)

    page = office.ask("signin-page", {"signin-search.value": "", **address(theirs)}).get_data(as_text=True)

    assert "There is nothing here for you" in page
    assert "theirs" not in shown(office, campus)
    assert "not there any more" in press_row(office, "key-revoke", prefix)
    assert holds(campus, other, prefix)


def holds(campus: Campus, organisation: OrganisationId, prefix: str) -> bool:
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        return any(
            one.prefix == prefix and one.revoked_at is None for one in list_service_keys(connection, organisation)
        )


@pytest.mark.parametrize("name", ["Tess Thorne", "Ada Abel"])
def test_only_administrators_see_and_decide(visitor: Strangers, campus: Campus, name: str) -> None:
    somebody = visitor().sign_in(campus, name)

    assert "There is nothing here for you" in shown(somebody, campus)
    assert "Bearer" not in press(somebody, "make-key", key_name="x", key_days=1)
    assert "password" not in press(somebody, "open-account", account_name="x@home.example")
    assert actions(campus) == []


@pytest.mark.parametrize("row", ["", "x", "\0", "00000000-0000-0000-0000-000000000000 x", 5])
def test_a_forged_row_names_nothing(office: Visitor, row: object) -> None:
    for what in ("provider-off", "provider-remove", "key-revoke", "account-link", "account-close", "account-open"):
        answer = press_row(office, what, row)
        assert "Bearer" not in answer
        assert "/sign-in/password" not in answer
