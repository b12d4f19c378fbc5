"""The page of terms: what is entered holds for the courses that follow it, and every step can be taken back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.terms import list_terms
from dashapp.domain.events import CourseDescribed
from dashapp.domain.terms import Term, TermRow
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, ALGEBRA, BOTANY, Campus, build_campus
from tests.served import Visitor, address, application_on, web_settings

SAID = "terms-said"
AUTUMN = {
    "name": "Autumn",
    "starts": "2026-09-07",
    "ends": "2026-12-18",
    "break-1-first": "2026-10-26",
    "break-1-last": "2026-10-30",
}
TERM = Term("Autumn", date(2026, 9, 7), date(2026, 12, 18), ((date(2026, 10, 26), date(2026, 10, 30)),))


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


def press(visitor: Visitor, button: str, form: dict[str, str] | None = None, **stores: object) -> dict[str, Any]:
    values = {f"terms-{name}.value": value for name, value in (form or {}).items()}
    held = {f"terms-{name}.data": value for name, value in stores.items()}
    given = {f"{button}.n_clicks": 1, **held, **values}
    return answer_of(visitor.ask(SAID, given, changedPropIds=[f"{button}.n_clicks"]))


def press_row(visitor: Visitor, what: str, row: int) -> dict[str, Any]:
    changed = [f'{{"row":{row},"type":"term-{what}"}}.n_clicks']
    return answer_of(visitor.ask(SAID, {f"term-{what}": {row: 1}}, changedPropIds=changed))


def answer_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def said(response: dict[str, Any]) -> str:
    return str(response[SAID]["children"])


def held(own: Campus) -> list[TermRow]:
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        return list_terms(connection, own.organisation_id)


def test_a_term_is_entered_changed_and_removed_and_each_step_is_taken_back(administrator: Visitor, own: Campus) -> None:
    saved = press(administrator, "terms-save", AUTUMN)
    [made] = held(own)
    assert (said(saved), made.term) == ("Autumn is saved. Pages of its courses follow.", TERM)

    opened = press_row(administrator, "change", made.term_id)
    assert opened["terms-break-1-last"]["value"] == "2026-10-30"
    changed = press(administrator, "terms-save", {**AUTUMN, "name": "Fall"}, key=opened["terms-key"]["data"])
    assert [one.name for one in held(own)] == ["Fall"]
    press(administrator, "terms-undo", decision=changed["terms-decision"]["data"])
    assert [one.term for one in held(own)] == [TERM]

    removed = press_row(administrator, "remove", made.term_id)
    assert held(own) == []
    press(administrator, "terms-undo", decision=removed["terms-decision"]["data"])
    assert [one.term for one in held(own)] == [TERM]
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        actions = connection.execute(
            text("SELECT action FROM audit_log WHERE action ~ '^(term|structure)' ORDER BY audit_id")
        )
        undone = "structure.undone"
        assert list(actions.scalars()) == ["term.set", "term.set", undone, "term.removed", undone]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " \0"}, "Give the term a name"),
        ({"starts": "yesterday"}, "Enter the day on which teaching starts."),
        ({"ends": "2026-01-01"}, "Teaching ends before it starts."),
        ({"break-2-first": "2026-10-28", "break-2-last": "2026-11-02"}, "Break 2: This break overlaps"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(
    administrator: Visitor, own: Campus, changed: dict[str, str], words: str
) -> None:
    assert said(press(administrator, "terms-save", {**AUTUMN, **changed})).startswith(words)
    assert held(own) == []


def test_two_terms_have_no_name_in_common(administrator: Visitor, own: Campus) -> None:
    press(administrator, "terms-save", AUTUMN)
    press(administrator, "terms-save", {**AUTUMN, "name": "Winter"})
    [key] = [one.term_id for one in held(own) if one.name == "Winter"]

    assert said(press(administrator, "terms-save", AUTUMN)).startswith("“Autumn” has this name already")
    assert said(press(administrator, "terms-save", AUTUMN, key=key)).startswith("“Autumn” has this name already")
    assert sorted(one.name for one in held(own)) == ["Autumn", "Winter"]


def test_a_term_to_which_courses_belong_stays(administrator: Visitor, own: Campus) -> None:
    press(administrator, "terms-save", AUTUMN)
    [made] = held(own)
    made_by_courses(own, "Autumn")

    refused = press_row(administrator, "remove", made.term_id)
    assert said(refused) == "It cannot go: 2 courses belong to it."
    assert refused["terms-mover"] == {"hidden": False}
    assert [one.courses for one in held(own)] == [2]


def test_a_term_goes_when_its_courses_move_to_another_one_and_both_are_taken_back(
    administrator: Visitor, own: Campus
) -> None:
    autumn = made_by_courses(own, "Autum")
    press(administrator, "terms-save", AUTUMN)
    [into] = [one.term_id for one in held(own) if one.term is not None]
    moving = press_row(administrator, "remove", autumn)["terms-moving"]["data"]

    nowhere = press(administrator, "terms-move", moving=moving)
    moved = press(administrator, "terms-move", {"into": str(into)}, moving=moving)

    assert said(nowhere) == "Choose the term to which its courses move."
    assert [(one.name, one.courses) for one in held(own)] == [("Autumn", 2)]
    press(administrator, "terms-undo", decision=moved["terms-decision"]["data"])
    assert [(one.name, one.courses) for one in held(own)] == [("Autumn", 0), ("Autum", 2)]


def made_by_courses(own: Campus, name: str) -> int:
    """Has the source say of both courses that they belong to a term; its key."""
    at = datetime.now(UTC)
    own.load([CourseDescribed(f"{name}-{each.value}", each, at, term=name) for each in (ALGEBRA, BOTANY)])
    [key] = [one.term_id for one in held(own) if one.name == name]
    return key


def test_pages_of_courses_hear_of_a_new_calendar(administrator: Visitor, own: Campus) -> None:
    press(administrator, "terms-save", AUTUMN)

    with own.database.transaction(DatabaseRole.INGEST, own.organisation_id) as connection:
        [touched] = connection.execute(
            text("SELECT courses FROM scope_changes ORDER BY committed_at DESC LIMIT 1")
        ).scalars()
    assert len(touched) == 2


def test_the_terms_of_another_organisation_are_out_of_reach(
    administrator: Visitor, own: Campus, database: Database
) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    with application_on(database, other) as application:
        stranger = Visitor(application.server.test_client(), application).sign_in(other, ADMINISTRATOR)
        press(stranger, "terms-save", AUTUMN)
    [theirs] = held(other)

    for what in ("change", "remove"):
        assert said(press_row(administrator, what, theirs.term_id)).startswith("That is not there any more.")
    assert said(press(administrator, "terms-save", {**AUTUMN, "name": "X"}, key=theirs.term_id)).startswith(
        "That is not"
    )
    assert [one.term for one in held(other)] == [TERM]
    shown = administrator.ask("terms-page", address(own_address(database, other.organisation_id)))
    assert "There is nothing here" in shown.get_data(as_text=True)
