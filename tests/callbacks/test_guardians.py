"""An administrator invites, somebody accepts, the learner sees it; all of it can be taken back at once."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from tests.callbacks.guardians import (
    CHILD,
    NOTHING_HERE,
    Strangers,
    accepted,
    child_page,
    invited,
    nothing_decided,
    organisation,
    press,
    press_row,
    rows,
    said,
)
from tests.campus import ADMINISTRATOR, GUARDIAN, Campus, identifier_of
from tests.served import address

__all__ = ["nothing_decided", "organisation"]


def test_an_administrator_does_not_become_the_guardian_of_whom_they_like(
    visitor: Strangers, campus: Campus, organisation: str
) -> None:
    code = invited(visitor, campus, organisation)

    answer = accepted(visitor().sign_in(campus, ADMINISTRATOR), code)

    assert "Who has made it cannot use it" in answer
    assert NOTHING_HERE in child_page(visitor, campus, ADMINISTRATOR)
    assert CHILD in accepted(visitor().sign_in(campus, GUARDIAN), code)


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
