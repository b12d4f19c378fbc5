"""An administrator invites, somebody accepts, the learner sees it; all of it can be taken back at once."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from tests.campus import ADMINISTRATOR, GUARDIAN, Campus, identifier_of
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
