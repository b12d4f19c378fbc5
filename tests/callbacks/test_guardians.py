"""An administrator invites, somebody accepts, the learner sees it; all of it can be taken back at once."""

import json
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
from tests.campus import ADMINISTRATOR, ADVISER, GUARDIAN, Campus, identifier_of
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"
CHILD = "Ivy Ives"


@pytest.fixture(autouse=True)
def nothing_decided(campus: Campus) -> Iterator[None]:
    """No test finds what another one has decided."""
    yield
    with campus.database.administration() as connection:
        for table in ("guardianships", "guardian_rules", "audit_log"):
            connection.exec_driver_sql(f"DELETE FROM analytics.{table}")
        connection.exec_driver_sql("DELETE FROM analytics.memberships WHERE role = 'guardian'")
        connection.commit()


@pytest.fixture
def organisation(campus: Campus) -> str:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return str(connection.execute(text("SELECT public_id FROM organisations")).scalar_one())


def said(answer: Any) -> str:
    assert answer.status_code in (200, 204), answer.status_code
    return str(answer.get_data(as_text=True)).replace("\\u002f", "/")


def press(somebody: Visitor, organisation: str, button: str, **given: Any) -> str:
    values = {f"guardians-{name}.value": value for name, value in given.items()}
    pressed = {f"guardians-{button}.n_clicks": 1, **values, **address(organisation)}
    return said(somebody.ask("guardians-rule-said", pressed, changedPropIds=[f"guardians-{button}.n_clicks"]))


def press_row(somebody: Visitor, output: str, kind: str, row: str, values: dict[str, Any]) -> str:
    changed = json.dumps({"row": row, "type": kind}, separators=(",", ":"))
    return said(somebody.ask(output, {**values, kind: {row: 1}}, changedPropIds=[f"{changed}.n_clicks"]))


def rows(campus: Campus) -> list[str]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return [str(each) for each in connection.execute(text("SELECT public_id FROM guardianships")).scalars()]


def code_in(answer: str) -> str:
    return answer.partition('"la-once"')[0].rpartition('"children":"')[2].partition('"')[0]


def accepted(somebody: Visitor, code: str) -> str:
    values = {"invitation-accept.n_clicks": 1, "invitation-code.value": code}
    return said(somebody.ask("invitation-said", values))


def invited(visitor: Strangers, campus: Campus, organisation: str, rule: str = "age") -> str:
    """The code for a guardian of the child."""
    somebody = visitor().sign_in(campus, ADMINISTRATOR)
    press(somebody, organisation, "save", rule=[rule], age="18")
    until = (datetime.now(UTC) + timedelta(days=400)).date().isoformat() if rule == "age" else ""
    answer = press(somebody, organisation, "invite", account=identifier_of(CHILD).value, until=until)
    return code_in(answer)


def test_an_administrator_does_not_become_the_guardian_of_whom_they_like(
    visitor: Strangers, campus: Campus, organisation: str
) -> None:
    code = invited(visitor, campus, organisation)

    answer = accepted(visitor().sign_in(campus, ADMINISTRATOR), code)

    assert "Who has made it cannot use it" in answer
    assert NOTHING_HERE in child_page(visitor, campus, ADMINISTRATOR)
    assert CHILD in accepted(visitor().sign_in(campus, GUARDIAN), code)


def child_page(visitor: Strangers, campus: Campus, name: str = GUARDIAN) -> str:
    return said(visitor().sign_in(campus, name).ask("student-page", address(campus.people[CHILD].public_id)))


def test_a_guardian_reads_the_childs_page_whose_it_is_and_no_other(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    assert NOTHING_HERE in child_page(visitor, campus)

    answer = accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation))

    assert f"You are a guardian of {CHILD} now." in answer
    assert f"/learners/{campus.people[CHILD].public_id}" in answer
    page = child_page(visitor, campus)
    assert f"The page of {CHILD}: you read it as their guardian" in page
    assert "BOT 1" in page
    other = visitor().sign_in(campus, GUARDIAN).ask("student-page", address(campus.people["Ada Abel"].public_id))
    assert NOTHING_HERE in said(other)


def test_the_child_reads_their_own_page_in_their_own_words(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation))

    theirs, own = child_page(visitor, campus), child_page(visitor, campus, CHILD)
    again = child_page(visitor, campus)

    assert "you read it as their guardian" in theirs
    assert "guardian" not in own
    assert "you read it as their guardian" in again


def test_an_ended_guardian_sees_nothing_from_that_moment_on(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation))
    assert NOTHING_HERE not in child_page(visitor, campus)
    (row,) = rows(campus)

    answer = press_row(
        visitor().sign_in(campus, ADMINISTRATOR), "guardians-rule-said", "guardian-end", row, address(organisation)
    )

    assert "It is ended." in answer
    assert NOTHING_HERE in child_page(visitor, campus)


def test_an_ended_guardian_who_also_teaches_the_child_reads_the_page_as_staff_from_that_moment_on(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    teacher = visitor().sign_in(campus, "Theo Tull")
    accepted(teacher, invited(visitor, campus, organisation))
    campus_principals = teacher.application.rights.principals
    campus_principals.forget(campus.organisation_id, campus.people["Theo Tull"].public_id)
    as_guardian = child_page(visitor, campus, "Theo Tull")
    (row,) = rows(campus)
    administrator = visitor().sign_in(campus, ADMINISTRATOR)
    press_row(administrator, "guardians-rule-said", "guardian-end", row, address(organisation))

    as_staff = child_page(visitor, campus, "Theo Tull")

    assert "you read it as their guardian" in as_guardian
    assert "you read it as their guardian" not in as_staff
    assert f"The page of {CHILD}" in as_staff
    token = re.compile(r'"token":"([^"]+)"')
    assert token.findall(as_guardian) != token.findall(as_staff)


def test_a_rule_that_is_taken_back_holds_from_that_moment_on(
    campus: Campus, visitor: Strangers, organisation: str
) -> None:
    accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation))

    press(visitor().sign_in(campus, ADMINISTRATOR), organisation, "save", rule=[], age="18")

    assert NOTHING_HERE in child_page(visitor, campus)


def test_a_learner_sees_who_is_their_guardian_and_agrees(campus: Campus, visitor: Strangers, organisation: str) -> None:
    code = invited(visitor, campus, organisation, "consent")
    assert "They have to agree" in accepted(visitor().sign_in(campus, GUARDIAN), code)
    assert NOTHING_HERE in child_page(visitor, campus)
    child, (row,) = visitor().sign_in(campus, CHILD), rows(campus)
    assert GUARDIAN in said(child.ask("own-guardians-page", address(None)))

    press_row(child, "own-guardians-said", "guardian-agree", row, {})
    assert NOTHING_HERE not in child_page(visitor, campus)

    press_row(child, "own-guardians-said", "guardian-withdraw", row, {})
    assert NOTHING_HERE in child_page(visitor, campus)


def test_nobody_agrees_or_ends_for_others(campus: Campus, visitor: Strangers, organisation: str) -> None:
    accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation, "consent"))
    (row,) = rows(campus)

    answer = press_row(visitor().sign_in(campus, "Ada Abel"), "own-guardians-said", "guardian-agree", row, {})
    assert "There is no such guardian any more." in answer
    for name in (GUARDIAN, CHILD, "Tess Thorne"):
        forged = visitor().sign_in(campus, name)
        changed = json.dumps({"row": row, "type": "guardian-end"}, separators=(",", ":"))
        values = {**address(organisation), "guardian-end": {row: 1}}
        refused = forged.ask("guardians-rule-said", values, changedPropIds=[f"{changed}.n_clicks"])
        assert "It is ended." not in refused.get_data(as_text=True)
    assert rows(campus) == [row]
    assert NOTHING_HERE in child_page(visitor, campus)


def test_the_administrators_page_names_who_sees_whom(campus: Campus, visitor: Strangers, organisation: str) -> None:
    somebody = visitor().sign_in(campus, ADMINISTRATOR)
    before = said(somebody.ask("guardians-page", address(organisation)))
    accepted(visitor().sign_in(campus, GUARDIAN), invited(visitor, campus, organisation))

    after = said(somebody.ask("guardians-page", address(organisation)))

    assert "Guardians see nothing here" in before
    assert all(part in after for part in (CHILD, GUARDIAN, "1 guardian sees a learner", "sees the page"))
    for name in ("Ada Abel", "Tess Thorne", GUARDIAN):
        assert NOTHING_HERE in said(visitor().sign_in(campus, name).ask("guardians-page", address(organisation)))


@pytest.mark.parametrize("account", ["", " ", "%", "nobody", "Ivy Ives", "x" * 300, "\0", None, 5, [], {"a": 1}])
def test_a_learner_who_is_not_named_exactly_is_not_found(
    campus: Campus, visitor: Strangers, organisation: str, account: Any
) -> None:
    somebody = visitor().sign_in(campus, ADMINISTRATOR)
    press(somebody, organisation, "save", rule=["consent"], age="18")

    answer = press(somebody, organisation, "invite", account=account, until="")

    assert "Nobody of this name is in a course here" in answer
    assert rows(campus) == []


@pytest.mark.parametrize("until", ["", "yesterday", "2001-01-01", "2999-01-01", 5, None])
def test_by_age_an_invitation_needs_the_day_of_coming_of_age(
    campus: Campus, visitor: Strangers, organisation: str, until: Any
) -> None:
    somebody = visitor().sign_in(campus, ADMINISTRATOR)
    press(somebody, organisation, "save", rule=["age"], age="18")

    press(somebody, organisation, "invite", account=identifier_of(CHILD).value, until=until)

    assert rows(campus) == []


def test_every_decision_is_in_the_audit_by_keys(campus: Campus, visitor: Strangers, organisation: str) -> None:
    code = invited(visitor, campus, organisation)
    accepted(visitor().sign_in(campus, GUARDIAN), code)
    (row,) = rows(campus)
    press_row(
        visitor().sign_in(campus, ADMINISTRATOR), "guardians-rule-said", "guardian-end", row, address(organisation)
    )

    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        changes = "SELECT action, actor, subject, detail::text FROM audit_log WHERE action LIKE 'guardian%'"
        written = connection.execute(text(f"{changes} ORDER BY audit_id")).all()
    assert [each.action for each in written] == [
        "guardians.rule_changed",
        "guardian.invited",
        "guardian.accepted",
        "guardian.ended",
    ]
    about, seen_by = (f"person {campus.people[name].person_id}" for name in (CHILD, GUARDIAN))
    assert [each.subject for each in written] == ["organisation", about, about, about]
    assert [f'"for": "{seen_by}"' in each.detail for each in written] == [False, False, True, True]
    assert not any(name in str(each) for each in written for name in (CHILD, GUARDIAN, code))


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
