"""Guardians without an account make one by their code; who may be who has invited waits for somebody else's word."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.accounts import create_account, find_account, make_link
from dashapp.data.store.identity_providers import IdentityProvider, register_provider, remove_provider
from dashapp.data.store.organisations import grant_administrator
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.security.__main__ import main
from tests.callbacks.test_guardians import (
    CHILD,
    NOTHING_HERE,
    accepted,
    child_page,
    invited,
    nothing_decided,
    organisation,
    press_row,
    rows,
    said,
)
from tests.campus import ADMINISTRATOR, ADVISER, GUARDIAN, Campus, identifier_of
from tests.served import Visitor, address

__all__ = ["nothing_decided", "organisation"]

Strangers = Callable[[], Visitor]


def test_whoever_has_no_account_makes_one_with_the_code_and_another_administrator_confirms_it(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    code = invited(visitor, campus, organisation)
    guest = visitor()
    made = make_account(guest, code)
    (row,) = rows(campus)
    shown = "student-page", address(campus.people[CHILD].public_id)
    before = said(guest.ask(*shown))

    inviting = visitor().sign_in(campus, ADMINISTRATOR)
    listed = said(inviting.ask("guardians-page", {"guardians-done.data": 0, **address(organisation)}))
    own = press_row(inviting, "guardians-rule-said", "guardian-confirm", row, address(organisation))
    between = said(guest.ask(*shown))
    with another_administrator(campus) as name:
        other = visitor().sign_in(campus, name)
        offered = said(other.ask("guardians-page", {"guardians-done.data": 0, **address(organisation)}))
        confirmed = press_row(other, "guardians-rule-said", "guardian-confirm", row, address(organisation))
        again = press_row(other, "guardians-rule-said", "guardian-confirm", row, address(organisation))

    assert "Your account is made" in made.text
    assert NOTHING_HERE in before
    assert "somebody else than who invited has to confirm them" in listed
    assert "guardian-confirm" not in listed
    assert "Somebody else than who has invited" in own
    assert NOTHING_HERE in between
    assert "guardian-confirm" in offered
    assert "Pia Page" in offered
    assert "The guardian is confirmed." in confirmed
    assert "nobody to be confirmed" in again
    assert "you read it as their guardian" in said(guest.ask(*shown))


def test_an_account_that_a_code_has_made_sees_the_page_of_a_learner_who_agrees(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    guest = visitor()
    make_account(guest, invited(visitor, campus, organisation, "consent"), {"email": "third@home.example"})
    assert NOTHING_HERE in said(guest.ask("student-page", address(campus.people[CHILD].public_id)))

    child, (row,) = visitor().sign_in(campus, CHILD), rows(campus)
    press_row(child, "own-guardians-said", "guardian-agree", row, {"own-guardians-done.data": 0})

    assert "you read it as their guardian" in said(guest.ask("student-page", address(campus.people[CHILD].public_id)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "AAAA-AAAA-AAAA-AAAA"}, "This code is not known"),
        ({"organisation": "nowhere"}, "This code is not known"),
        ({"organisation": "\0"}, "This code is not known"),
        ({"given": " "}, "Enter your name"),
        ({"email": "pia"}, "Enter your e-mail address"),
        ({"password": "password1234", "again": "password1234"}, "one of those that are tried first"),
        ({"again": "other"}, "The two passwords differ."),
        ({"email": "taken@home.example"}, "This account is there already"),
    ],
)
def test_what_is_wrong_makes_no_account_and_leaves_the_code_good(
    campus: Campus, visitor: Strangers, organisation: str, changed: dict[str, str], words: str
) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        person = campus.people["Ada Abel"].person_id
        create_account(connection, campus.organisation_id, person, "taken@home.example", datetime.now(UTC))
    code = invited(visitor, campus, organisation)
    before = figures(campus)

    answer = make_account(visitor(), code, changed)

    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert "Set-Cookie" not in answer.headers or "la_session" not in answer.headers["Set-Cookie"]
    assert figures(campus) == before
    assert CHILD in accepted(visitor().sign_in(campus, GUARDIAN), code)


def test_an_operator_sees_who_waits_and_confirms_them(
    campus: Campus, visitor: Strangers, organisation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    heard: list[str] = []
    guest = visitor()
    make_account(guest, invited(visitor, campus, organisation), {"email": "second@home.example"})
    (row,) = rows(campus)

    assert main(["guardians", "--organisation", "small"], heard.append) == 0
    assert main(["guardians", "--organisation", "small", "--confirm", "x"], heard.append) == 1
    assert main(["guardians", "--organisation", "small", "--confirm", row], heard.append) == 0
    assert main(["guardians", "--organisation", "small"], heard.append) == 0

    assert heard[0].startswith(f"{row}  account second@home.example, since ")
    assert heard[1:] == ["The guardian is confirmed.", "No guardian waits to be confirmed."]
    page = said(guest.ask("student-page", address(campus.people[CHILD].public_id)))
    assert "you read it as their guardian" in page


@pytest.mark.parametrize("how", ["a link to a password", "a provider"])
def test_who_signs_in_by_the_doing_of_the_inviting_administrator_waits_for_another_one(
    campus: Campus, visitor: Strangers, organisation: str, how: str
) -> None:
    inviting, person = campus.people[ADMINISTRATOR].public_id, campus.people[GUARDIAN].person_id
    by, now, own = Actor(str(inviting), ViewerRole.ADMINISTRATOR), datetime.now(UTC), campus.organisation_id
    issuer = identifier_of(GUARDIAN).issuer
    with campus.database.transaction(DatabaseRole.JOBS, own) as connection:
        if how == "a provider":
            provider = IdentityProvider("theirs", "Theirs", issuer, "client")
            register_provider(connection, own, provider, now, by.key)
        else:
            create_account(connection, own, person, "gus@home.example", now)
            account = find_account(connection, own, "gus@home.example")
            assert account is not None
            make_link(connection, own, account.account_id, by.key, (now, timedelta(hours=1)))
    try:
        answer = accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation))
        assert "Another administrator has to confirm it" in answer
        assert NOTHING_HERE in child_page(visitor, campus)
    finally:
        with campus.database.transaction(DatabaseRole.JOBS, own) as connection:
            remove_provider(connection, own, "theirs")
            connection.execute(text("DELETE FROM password_links"))


def make_account(guest: Visitor, code: str, changed: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Sends the form of `/guardian/account` as somebody who has filled it in."""
    shown = guest.client.get("/guardian/account?organisation=small").get_data(as_text=True)
    found = re.search(r'name="form" value="([^"]+)"', shown)
    assert found is not None
    given = {"given": "Pia", "family": "Page", "email": "Pia@home.example", "code": code, "organisation": "small"}
    secret = {"password": "nine slow trams", "again": "nine slow trams"}
    return guest.client.post("/guardian/account", data={"form": found[1], **given, **secret, **changed})


@contextmanager
def another_administrator(campus: Campus) -> Iterator[str]:
    """Somebody who administers, too, meanwhile."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        grant_administrator(connection, campus.organisation_id, campus.people[ADVISER].person_id)
    yield ADVISER
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        ended = "DELETE FROM memberships WHERE role = 'administrator' AND person_id = :person"
        connection.execute(text(ended), {"person": campus.people[ADVISER].person_id})


def figures(campus: Campus) -> tuple[int, int]:
    """How many people and accounts there are."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        counted = "SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM accounts)"
        row = connection.execute(text(counted)).one()
    return int(row[0]), int(row[1])
