"""The page of units and programmes: what is entered stands in the tree, and every step can be taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.unit_tree import read_units
from dashapp.domain.structure import UnitsView
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.served import Visitor, address, application_on, web_settings

SAID = "units-said"


@pytest.fixture
def own(new_campus: Campus) -> Campus:
    return new_campus


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


def press(visitor: Visitor, button: str, **given: object) -> dict[str, Any]:
    """`given`: by the end of an id, of controls and, where the value is no text, of stores."""
    values = {
        f"units-{name.replace('_', '-')}.{'value' if isinstance(value, str) else 'data'}": value
        for name, value in given.items()
    }
    return answer_of(visitor.ask(SAID, {f"{button}.n_clicks": 1, **values}, changedPropIds=[f"{button}.n_clicks"]))


def press_row(visitor: Visitor, what: str, row: object) -> dict[str, Any]:
    changed = [f'{{"row":{row},"type":"{what}"}}.n_clicks']
    return answer_of(visitor.ask(SAID, {what: {row: 1}}, changedPropIds=changed))


def answer_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def said(response: dict[str, Any]) -> str:
    return str(response[SAID]["children"])


def view(campus: Campus) -> UnitsView:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return read_units(connection, campus.organisation_id)


def key_of(campus: Campus, name: str) -> int:
    return next(unit.unit_id for unit in view(campus).units if unit.name == name)


def test_units_are_entered_moved_and_removed_and_each_step_is_taken_back(administrator: Visitor, own: Campus) -> None:
    press(administrator, "units-save", name="Faculty", parent="")
    faculty, science = key_of(own, "Faculty"), key_of(own, "Science")
    opened = press_row(administrator, "unit-change", science)
    assert (opened["units-name"]["value"], opened["units-head"]["children"]) == ("Science", "Change Science")

    moved = press(administrator, "units-save", name="Science", parent=str(faculty), key=science)

    assert [(unit.name, unit.depth) for unit in view(own).units] == [("Faculty", 0), ("Science", 1)]
    press(administrator, "units-undo", decision=moved["units-decision"]["data"])
    assert [unit.depth for unit in view(own).units] == [0, 0]
    removed = press_row(administrator, "unit-remove", faculty)
    assert (said(removed), removed["units-undo"]) == ("The unit is removed.", {"hidden": False})
    press(administrator, "units-undo", decision=removed["units-decision"]["data"])
    assert key_of(own, "Faculty") == faculty


def test_what_cannot_be_is_said_in_words_and_nothing_is_changed(administrator: Visitor, own: Campus) -> None:
    science = key_of(own, "Science")
    refused = [
        press_row(administrator, "unit-remove", science),
        press(administrator, "units-save", name=" ", parent=""),
        press(administrator, "units-save", name="Science", parent=""),
        press(administrator, "units-save", name="Science", parent=str(science), key=science),
        press(administrator, "units-save", name="Arts", parent=str(2**62)),
        press(administrator, "units-undo", decision={"change": 10**30}),
    ]

    assert [said(one) for one in refused] == [
        "It cannot go: 2 courses belong to it.",
        "Enter a name.",
        "“Science” has this name already, or is called so by a source. Choose another name.",
        "A unit cannot stand below itself. Choose another place.",
        "That is not there any more. The list shows what is.",
        "That is not there any more. The list shows what is.",
    ]
    assert [(unit.name, unit.parent_id) for unit in view(own).units] == [("Science", None)]


def test_programmes_are_entered_with_their_unit_changed_and_removed(administrator: Visitor, own: Campus) -> None:
    science = key_of(own, "Science")
    press(administrator, "units-programme-save", programme_name="Physics", programme_unit=str(science))
    [made] = view(own).programmes
    opened = press_row(administrator, "programme-change", made.programme_id)
    assert opened["units-programme-unit"]["value"] == str(science)

    press(
        administrator,
        "units-programme-save",
        programme_name="Biology",
        programme_unit="",
        programme_key=made.programme_id,
    )
    [changed] = view(own).programmes
    removed = press_row(administrator, "programme-remove", made.programme_id)

    assert (made.unit, changed.name, changed.unit, view(own).programmes) == ("Science", "Biology", None, ())
    press(administrator, "units-undo", decision=removed["units-decision"]["data"])
    assert view(own).programmes == (changed,)


def test_the_page_shows_the_tree_with_ways_to_its_courses(administrator: Visitor, own: Campus) -> None:
    press(administrator, "units-save", name="Physics", parent=str(key_of(own, "Science")))

    shown = answer_of(administrator.ask("units-page", address(own_address(own.database, own.organisation_id))))

    assert shown["units-title"]["children"] == "2 units, 0 programmes"
    rows = str(shown["units-tree-rows"]["children"])
    assert f"courses?unit={key_of(own, 'Science')}" in rows
    assert [one["label"].strip() for one in shown["units-parent"]["options"]][1:] == ["Science", "Physics"]


def test_nobody_else_sees_or_changes_them(
    application: Application, administrator: Visitor, own: Campus, database: Database
) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    theirs = key_of(other, "Science")

    assert said(press_row(administrator, "unit-remove", theirs)).startswith("That is not there any more.")
    opened = press_row(administrator, "unit-change", theirs)
    assert "units-name" not in opened
    assert said(opened).startswith("That is not there any more.")
    foreign = administrator.ask("units-page", address(own_address(database, other.organisation_id)))
    assert "There is nothing here" in foreign.get_data(as_text=True)
    for name in ("Tess Thorne", "Ada Abel"):
        somebody = Visitor(application.server.test_client(), application).sign_in(own, name)
        page = somebody.ask("units-page", address(own_address(database, own.organisation_id)))
        assert "There is nothing here" in page.get_data(as_text=True)
        values = {"units-save.n_clicks": 1, "units-name.value": "Theirs"}
        assert SAID not in somebody.ask(SAID, values, changedPropIds=["units-save.n_clicks"]).get_json()["response"]
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM organisation_units")).scalar_one() == 1
