"""The list of schedules as browsers ask for it: one's own, for administrators all, with what can be done about them."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from tests.callbacks.people import Strangers, answer_of
from tests.callbacks.reports import BY_COURSE, imported
from tests.callbacks.test_schedules import only_row, people
from tests.callbacks.test_schedules import press as press_dialog
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

TESS, THEO, SUE = "Tess Thorne", "Theo Tull", "Sue Stone"


def execute(campus: Campus, statement: str, **values: object) -> list[Any]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.execute(text(statement), values)
        return list(found) if found.returns_rows else []


@pytest.fixture(autouse=True)
def _none_before(campus: Campus) -> None:
    execute(campus, "DELETE FROM report_schedules")


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, TESS)


@pytest.fixture
def administrator(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


def scheduled(visitor: Visitor, campus: Campus, **form: Any) -> tuple[str, str]:
    """A report of somebody, and a schedule of it."""
    report = imported(visitor, BY_COURSE)
    return report, only_row(press_dialog(visitor, report, "save", people=people(campus, TESS), **form))


def listed(visitor: Visitor, words: str = "") -> dict[str, Any]:
    values = {**address(None), "schedulelist-words.value": words}
    found: dict[str, Any] = answer_of(visitor.ask("schedulelist-page", values))
    return found


def rows(answer: dict[str, Any]) -> str:
    return json.dumps(answer["schedulelist-rows"]["children"], ensure_ascii=False)


def press(visitor: Visitor, button: str, row: str, **stores: Any) -> dict[str, Any]:
    values: dict[str, Any] = {f"schedulelist-{name}": value for name, value in stores.items()}
    if row:
        values[f"schedulelist-{button}"] = {row: 1}
        changed = f'{{"row":"{row}","type":"schedulelist-{button}"}}.n_clicks'
    else:
        values[f"schedulelist-{button}.n_clicks"] = 1
        changed = f"schedulelist-{button}.n_clicks"
    found: dict[str, Any] = answer_of(visitor.ask("schedulelist-said", values, changedPropIds=[changed]))
    return found


def said(answer: dict[str, Any]) -> str:
    return str(answer["schedulelist-said"]["children"])


def test_everybody_sees_their_own_schedules_and_administrators_all(
    tess: Visitor, administrator: Visitor, campus: Campus, visitor: Strangers
) -> None:
    empty = listed(tess)
    assert empty["schedulelist-title"]["children"] == "No report goes out by itself"
    assert "No schedule yet" in rows(empty)
    report, row = scheduled(tess, campus)

    own = rows(listed(tess))
    for part in ("Weekly", "Mondays, Fridays, 07:00", "Europe/Berlin", "1 recipient", "Next: ", "you", report, row):
        assert part in own, part
    assert "schedulelist-take" not in own
    theirs = rows(listed(administrator))
    assert TESS in theirs
    assert report not in theirs  # it is not shared with them
    for act in ("pause", "take", "choose", "end", "undo"):
        assert f"schedulelist-{act}" in theirs, act
    assert "No schedule yet" in rows(listed(visitor().sign_in(campus, THEO)))
    assert row in rows(listed(administrator, "tess WEEK"))
    assert "Nothing fits" in rows(listed(administrator, "nobody"))
    refused = visitor().sign_in(campus, "Ada Abel").ask("schedulelist-page", address(None))
    assert row not in refused.get_data(as_text=True)


def test_it_is_paused_goes_on_and_ends_from_the_list(tess: Visitor, administrator: Visitor, campus: Campus) -> None:
    _report, row = scheduled(tess, campus)
    assert "It is paused." in said(press(administrator, "pause", row))
    assert "Paused" in rows(listed(tess))
    assert "It goes on." in said(press(tess, "resume", row))
    ended = press(administrator, "undo", row, **{"done.data": 4})
    assert (said(ended), ended["schedulelist-done"]["data"]) == ("It has ended, and 0 copies are withdrawn.", 5)
    assert "No schedule yet" in rows(listed(tess))
    assert "not there any more, or not yours" in said(press(administrator, "end", row))


def test_an_administrator_takes_a_schedule_over_and_hands_it_on(
    tess: Visitor, administrator: Visitor, campus: Campus, visitor: Strangers
) -> None:
    report, row = scheduled(tess, campus)
    assert "It is yours now." in said(press(administrator, "take", row))
    # Its report is not theirs to read, so they have a copy of it.
    taken = rows(listed(administrator))
    assert (row in taken, report in taken, "/reports/" in taken) == (True, False, True)
    assert "No schedule yet" in rows(listed(tess))

    chosen = press(administrator, "choose", row)
    names = {one["label"] for one in chosen["schedulelist-to"]["options"]}
    assert ({TESS, THEO, SUE} <= names, chosen["schedulelist-handing"]["data"]) == (True, row)
    handing = {"handing.data": row, "to.value": people(campus, THEO)[0]}
    assert "Theo Tull's now" in said(press(administrator, "hand", "", **handing))
    theirs = rows(listed(visitor().sign_in(campus, THEO)))
    assert (row in theirs, "/reports/" in theirs) == (True, True)
    trail = execute(campus, "SELECT subject FROM audit_log WHERE action = 'schedule.handed_over' ORDER BY audit_id")
    expected = [f"person {int(campus.people[name].person_id)}" for name in (ADMINISTRATOR, THEO)]
    assert [subject for (subject,) in trail][-2:] == expected


def test_what_cannot_be_handed_over_is_refused_with_the_reason(
    tess: Visitor, administrator: Visitor, campus: Campus
) -> None:
    _report, row = scheduled(administrator, campus, folder=["folder"])
    refused = [
        ({"to.value": people(campus, "Ada Abel")[0]}, "choose somebody of the staff"),
        ({"to.value": str(uuid4())}, "choose somebody of the staff"),
        ({"to.value": ""}, "choose somebody of the staff"),
        ({"to.value": people(campus, THEO)[0]}, "are for administrators"),
        ({"handing.data": "x", "to.value": people(campus, THEO)[0]}, "not there any more"),
    ]
    for stores, words in refused:
        assert words in said(press(administrator, "hand", "", **{"handing.data": row, **stores})), stores
    for button in ("take", "choose", "pause", "end", "undo"):
        assert "not there any more, or not yours" in said(press(tess, button, row))
    handing = {"handing.data": row, "to.value": people(campus, TESS)[0]}
    assert "not there any more, or not yours" in said(press(tess, "hand", "", **handing))
    assert row in rows(listed(administrator))


def test_schedules_of_somebody_who_was_merged_are_those_of_the_one_who_stands_for_them(
    tess: Visitor, campus: Campus, visitor: Strangers
) -> None:
    report, row = scheduled(tess, campus)
    keys = {"tess": campus.people[TESS].person_id, "sue": campus.people[SUE].person_id}
    sue = visitor().sign_in(campus, SUE)
    assert "No schedule yet" in rows(listed(sue))
    execute(campus, "UPDATE people SET merged_into = :sue WHERE person_id = :tess", **keys)
    try:
        mine = rows(listed(sue))
        assert (row in mine, report in mine, '"you"' in mine) == (True, True, True)
        assert "It is paused." in said(press(sue, "pause", row))
    finally:
        execute(campus, "UPDATE people SET merged_into = NULL WHERE person_id = :tess", tess=keys["tess"])
