"""Who is chosen on a classroom's page, through the whole application: forged filters, saved views, two cohorts."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from tests.campus import ADMINISTRATOR, LEARNERS, SECTION_TEACHER, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
ROWS = "classroom-learners-fresh"
MARKUP = "<script>alert(1)</script>"

VIEWS = "classroom-views"
"""How the ids of the menu begin."""


@pytest.fixture(autouse=True)
def nothing_saved(campus: Campus, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No test finds what another one has saved, and none fails behind the page."""
    yield
    written = capsys.readouterr()
    assert "Traceback" not in written.out + written.err
    with campus.database.administration() as connection:
        connection.exec_driver_sql("DELETE FROM analytics.saved_views")
        connection.commit()


@pytest.fixture
def courses(campus: Campus) -> dict[str, str]:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        rows = connection.execute(text("SELECT code, public_id FROM courses"))
        return {row.code: str(row.public_id) for row in rows}


def filled(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    assert "Reference" not in answer.text
    response: dict[str, Any] = answer.get_json()["response"]
    return {f"{name}.{prop}": value for name, props in response.items() for prop, value in props.items()}


def opened(somebody: Visitor, course: str, **controls: Any) -> dict[str, Any]:
    values = {f"classroom-{name}.{'data' if name == 'picked' else 'value'}": value for name, value in controls.items()}
    return filled(somebody.ask("classroom-page", {**values, **address(course)}))


def names(page: dict[str, Any]) -> set[str]:
    """Of the rows that the list shows."""
    shown = page["classroom-learners-narrowed.data"]["ids"]
    return {row["name"] for row in page[f"{ROWS}.data"]["rows"] if shown is None or row["id"] in shown}


def ids_of(campus: Campus, *people: str) -> list[str]:
    return [str(campus.people[name].public_id) for name in people]


def test_picked_learners_are_the_whole_page_and_ids_of_others_are_ignored(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    picked = [*ids_of(campus, "Ben Brook", "Cleo Cole", "Ivy Ives", "Tess Thorne"), MARKUP, None, 7]
    page = opened(tess, courses["ALG 1"], picked=picked)
    assert names(page) == {"Ben Brook", "Cleo Cole"}
    assert page["classroom-picked-chip.children"] == "2 learners picked ×"
    assert page["classroom-count.children"] == "2 learners"
    assert names(opened(tess, courses["ALG 1"], picked=ids_of(campus, "Ivy Ives"))) == set(LEARNERS["algebra"])


@pytest.mark.parametrize("forged", [MARKUP, "x" * 5000, "\ud800", ["a"], {"a": 1}, -1, True, "\u202eabc\0"])
def test_forged_filters_choose_everybody(
    campus: Campus, visitor: Strangers, courses: dict[str, str], forged: object
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    controls = ("section", "group", "range", "activity", "seen", "score", "level", "first", "last", "compare", "picked")
    page = opened(tess, courses["ALG 1"], **dict.fromkeys(controls, forged))
    assert names(page) == set(LEARNERS["algebra"])
    assert page["classroom-compared-place.hidden"] is True


def test_staff_of_a_section_and_who_sees_groups_only_choose_nobody_else(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    picked = ids_of(campus, "Ada Abel", "Ben Brook")
    section = opened(visitor().sign_in(campus, SECTION_TEACHER), courses["ALG 1"], picked=picked, compare="rest")
    assert names(section) == {"Ada Abel"}
    office = visitor().sign_in(campus, ADMINISTRATOR)
    everybody, forged = (
        opened(office, courses["ALG 1"], **given)
        for given in ({}, {"picked": picked, "level": "help", "seen": "never", "compare": "rest", "score": "none"})
    )
    same = ("classroom-strip.children", "classroom-title.children", "classroom-days.figure", "classroom-count.children")
    assert [everybody[name] for name in same] == [forged[name] for name in same]
    assert forged[f"{ROWS}.data"]["rows"] == []
    assert forged["classroom-compared-place.hidden"] is True
    assert forged["classroom-picked-chip.children"] == ""


def press(somebody: Visitor, course: str, button: str, **values: Any) -> dict[str, Any]:
    """Presses a button of the menu; a row's button as "view-delete:<id>"."""
    kind, _colon, row = button.partition(":")
    if row:
        changed = json.dumps({"row": row, "type": kind}, separators=(",", ":")) + ".n_clicks"
        pressed: dict[str, Any] = {kind: {row: 1}}
    else:
        changed, pressed = f"{kind}.n_clicks", {f"{kind}.n_clicks": 1}
    return filled(somebody.ask(f"{VIEWS}-list", {**pressed, **values, **address(course)}, changedPropIds=[changed]))


def listed(answer: dict[str, Any]) -> dict[str, str]:
    """The names of the list with the id of each."""
    rows = [row["props"]["children"] for row in answer[f"{VIEWS}-list.children"]]
    return {
        buttons[0]["props"]["children"]["props"]["children"]: buttons[3]["props"]["id"]["row"]
        for buttons in rows
        if isinstance(buttons, list)
    }


def test_a_view_is_saved_compared_with_renamed_deleted_and_put_back(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    tess, algebra = visitor().sign_in(campus, "Tess Thorne"), courses["ALG 1"]
    controls = {"classroom-section.value": "A", "classroom-seen.value": "7d", "classroom-score.value": MARKUP}
    saved = press(tess, algebra, f"{VIEWS}-save", **controls, **{f"{VIEWS}-name.value": f"  {MARKUP} "})
    ((name, key),) = listed(saved).items()
    assert name == MARKUP
    view = saved[f"{VIEWS}-list.children"][0]["props"]["children"][0]["props"]["data-la-view"]
    chosen = {control: value for control, value in json.loads(view).items() if value}
    assert chosen == {"classroom-section": "A", "classroom-seen": "7d"}

    page = opened(tess, algebra, section="B", compare=f"view:{key}")
    assert page["classroom-compared-place.hidden"] is False
    assert page["classroom-compare.options"][-1] == {"label": MARKUP, "value": f"view:{key}"}
    # Everybody was active within a week: four of section B, four of section A.
    assert [cell["props"]["children"] for cell in first_row(page)[1:3]] == ["4", "4"]

    assert listed(press(tess, algebra, f"view-rename:{key}", **{f"{VIEWS}-name.value": "Quiet"})) == {"Quiet": key}
    gone = press(tess, algebra, f"view-delete:{key}")
    assert listed(gone) == {}
    assert gone[f"{VIEWS}-deleted.data"] == {"name": "Quiet", "query": "section=A&seen=7d"}
    back = press(tess, algebra, f"{VIEWS}-undo", **{f"{VIEWS}-deleted.data": gone[f"{VIEWS}-deleted.data"]})
    assert set(listed(back)) == {"Quiet"}


def first_row(page: dict[str, Any]) -> list[Any]:
    table = page["classroom-compared-table.children"]["props"]["children"]
    cells: list[Any] = table[1]["props"]["children"][0]["props"]["children"]
    return cells


def test_nobody_reads_changes_or_compares_with_the_view_of_another(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    algebra, botany = courses["ALG 1"], courses["BOT 1"]
    tess, sue, theo = (visitor().sign_in(campus, name) for name in ("Tess Thorne", SECTION_TEACHER, "Theo Tull"))
    mine = listed(
        press(
            tess,
            algebra,
            f"{VIEWS}-save",
            **{f"{VIEWS}-name.value": "mine", "classroom-section.value": "A"},
        )
    )
    key = mine["mine"]
    for somebody, course in ((sue, algebra), (theo, botany)):
        assert listed(press(somebody, course, f"{VIEWS}-open")) == {}
        press(somebody, course, f"view-delete:{key}")
        press(somebody, course, f"view-rename:{key}", **{f"{VIEWS}-name.value": "taken"})
        assert opened(somebody, course, compare=f"view:{key}")["classroom-compared-place.hidden"] is True
    assert listed(press(tess, algebra, f"{VIEWS}-open")) == mine
    # Who may not open the course keeps no views of it, and hears nothing.
    answer = theo.ask(
        f"{VIEWS}-list",
        {f"{VIEWS}-open.n_clicks": 1, **address(algebra)},
        changedPropIds=[f"{VIEWS}-open.n_clicks"],
    )
    assert answer.status_code == 204 or f"{VIEWS}-list" not in answer.text


@pytest.mark.parametrize("deleted", [None, "x", {"name": ["x"]}, {"name": "", "query": "level=help"}, {"query": {}}])
def test_what_is_put_back_was_deleted_and_nothing_else(
    campus: Campus, visitor: Strangers, courses: dict[str, str], deleted: object
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    assert listed(press(tess, courses["ALG 1"], f"{VIEWS}-undo", **{f"{VIEWS}-deleted.data": deleted})) == {}


def test_two_cohorts_stand_beside_each_other_with_their_difference_in_words(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    page = opened(tess, courses["ALG 1"], picked=ids_of(campus, "Ben Brook"), compare="rest")
    assert [cell["props"]["children"] for cell in first_row(page)[:3]] == ["Learners", "1", "7"]
    assert "6 fewer" in json.dumps(first_row(page)[3])
    assert "than everybody else" in json.dumps(first_row(page)[3])
    assert "Too few to compare" in json.dumps(page["classroom-compared-table.children"])
