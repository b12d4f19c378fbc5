"""Decisions about what students see: by whom, for which course, what follows from them, and how they are taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.visibility import read_visibility
from dashapp.domain.errors import NotPermitted
from dashapp.domain.visibility import Policy, Shown, Visibility
from dashapp.security.visibility import VisibilityAdministration
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, ADVISER, SECTION_TEACHER, Campus, build_campus
from tests.served import Visitor, address, application_on, web_settings

SAID = "visibility-said"


@pytest.fixture
def own(studied_campus: Campus) -> Campus:
    return studied_campus


@pytest.fixture
def database(own: Campus) -> Database:
    return own.database


@pytest.fixture
def application(own: Campus) -> Iterator[Application]:
    with application_on(own.database, own) as made:
        yield made


@pytest.fixture
def administrator(application: Application, own: Campus) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(own, ADMINISTRATOR)


def press(visitor: Visitor, button: str, decision: object = None, **form: Any) -> dict[str, Any]:
    values = {f"visibility-{name.replace('_', '-')}.value": value for name, value in form.items()}
    given = {f"{button}.n_clicks": 1, "visibility-decision.data": decision, **values}
    answer = visitor.ask(SAID, given, changedPropIds=[f"{button}.n_clicks"])
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def held(own: Campus) -> Visibility:
    with own.database.transaction(DatabaseRole.WEB, own.organisation_id) as connection:
        return read_visibility(connection, own.organisation_id)


def course_id(own: Campus, application: Application, code: str = "ALG 1") -> Any:
    principal = application.guard.find_principal.of(own.organisation_id, own.people[ADMINISTRATOR].public_id)  # type: ignore[attr-defined]
    return next(one.public_id for one in application.services.reader.classrooms(principal) if one.code == code)


ALL = [one.value for one in Shown]


def test_what_is_decided_holds_on_students_pages_and_is_taken_back(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    ada = Visitor(application.server.test_client(), application).sign_in(own, "Ada Abel")
    before = ada.ask("student-page", address(None)).get_json()["response"]

    saved = press(
        administrator,
        "visibility-save",
        shown=["comparisons"],
        open=[],
        advisers=["advisers"],
        quiet_from="",
        quiet_to="",
    )
    during = ada.ask("student-page", address(None)).get_json()["response"]

    assert saved[SAID]["children"].startswith("Saved.")
    assert held(own) == Visibility(Policy(True, False, False))
    assert "Your institution does not show this here" in str(during["student-why"]["children"])
    assert "how the course did is not shown here" in str(during["student-scores-line"]["children"])

    undone = press(administrator, "visibility-undo", saved["visibility-decision"]["data"])
    after = ada.ask("student-page", address(None)).get_json()["response"]

    assert undone[SAID]["children"] == "Taken back."
    assert held(own) == Visibility()
    assert after["student-why"] == before["student-why"]
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        rows = connection.execute(text("SELECT subject FROM audit_log WHERE action = 'visibility.changed'")).scalars()
        assert list(rows) == ["organisation", "organisation"]


def test_staff_see_everything_whatever_students_see(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    press(administrator, "visibility-save", shown=[], open=[], advisers=["advisers"], quiet_from="", quiet_to="")

    tess = Visitor(application.server.test_client(), application).sign_in(own, "Tess Thorne")
    page = tess.ask("student-page", address(own.people["Ben Brook"].public_id)).get_json()["response"]

    assert "does not show this" not in str(page["student-why"]["children"])


def test_half_of_the_quiet_hours_is_no_decision(administrator: Visitor, own: Campus) -> None:
    answer = press(administrator, "visibility-save", shown=ALL, open=[], advisers=[], quiet_from="22:00", quiet_to="")

    assert answer[SAID]["children"].startswith("Enter both times")
    assert held(own) == Visibility()


def test_advisers_who_may_not_see_pages_see_none_and_no_caseload(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    amy = Visitor(application.server.test_client(), application).sign_in(own, ADVISER)
    page = address(own.people["Ada Abel"].public_id)
    assert "There is nothing here" not in amy.ask("student-page", page).get_data(as_text=True)

    press(administrator, "visibility-save", shown=ALL, open=[], advisers=[], quiet_from="", quiet_to="")

    assert "There is nothing here" in amy.ask("student-page", page).get_data(as_text=True)
    assert "There is nothing here" in amy.ask("caseload-page", address(None)).get_data(as_text=True)


def test_a_course_decides_where_it_may_and_only_there(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    course = str(course_id(own, application))
    press(administrator, "visibility-save", shown=ALL, open=["risk_words"], advisers=[], quiet_from="", quiet_to="")
    choices = {"course": course, "course_comparisons": "hide", "course_risk_words": "hide"}

    saved = press(administrator, "visibility-save-course", **choices)

    assert saved[SAID]["children"].startswith("Saved for this course.")
    [(decided, policy)] = held(own).courses
    assert (str(decided), policy) == (course, Policy(risk_words=False))
    press(administrator, "visibility-undo", saved["visibility-decision"]["data"])
    assert held(own).courses == ()


def test_who_decides_for_a_course_is_its_whole_staff_and_nobody_else(own: Campus, application: Application) -> None:
    course = course_id(own, application)

    def deciding(name: str) -> VisibilityAdministration:
        principal = application.guard.find_principal.of(own.organisation_id, own.people[name].public_id)  # type: ignore[attr-defined]
        return VisibilityAdministration(own.database, application.services.clock, principal)

    deciding(ADMINISTRATOR).decide(Visibility(Policy(), frozenset(Shown)))
    deciding("Tess Thorne").override(course, {Shown.RISK_WORDS: False})
    assert len(held(own).courses) == 1
    for name in ("Theo Tull", SECTION_TEACHER, "Ada Abel"):
        with pytest.raises(NotPermitted):
            deciding(name).override(course, {Shown.RISK_WORDS: True})
    for name in ("Tess Thorne", "Ada Abel"):
        with pytest.raises(NotPermitted):
            deciding(name).decide(Visibility())


def test_the_preview_is_an_invented_student_under_the_decisions_of_the_course(
    administrator: Visitor, own: Campus, application: Application
) -> None:
    place = address(course_id(own, application))
    place["shell-address.data"]["preview"] = True
    tess = Visitor(application.server.test_client(), application).sign_in(own, "Tess Thorne")

    before = tess.ask("student-page", place).get_json()["response"]
    press(administrator, "visibility-save", shown=["comparisons"], open=[], advisers=[], quiet_from="", quiet_to="")
    after = tess.ask("student-page", place).get_json()["response"]

    assert before["student-whose"]["children"].startswith("Preview: A student of ALG 1, invented.")
    assert before["student-title"]["children"].startswith("You may need help:")
    assert "need help" not in after["student-title"]["children"]
    for name in ("Ada Abel", "Theo Tull", SECTION_TEACHER):
        stranger = Visitor(application.server.test_client(), application).sign_in(own, name)
        shown = stranger.ask("student-page", place).get_data(as_text=True)
        assert ("There is nothing here" in shown) is (name != SECTION_TEACHER)


def test_another_organisation_decides_nothing_here(own: Campus, database: Database) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    with application_on(database, other) as application:
        stranger = Visitor(application.server.test_client(), application).sign_in(other, ADMINISTRATOR)
        theirs = address(own_address(database, own.organisation_id))
        assert "There is nothing here" in stranger.ask("visibility-page", theirs).get_data(as_text=True)
        press(stranger, "visibility-save", shown=[], open=[], advisers=[], quiet_from="", quiet_to="")

    assert held(own) == Visibility()
    assert held(other).policy == Policy(False, False, False)
