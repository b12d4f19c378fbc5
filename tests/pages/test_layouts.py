"""Pages draw the empty page: no data, nobody's name, and exactly the ids that callbacks write to."""

import json
import re
from collections.abc import Callable
from typing import Any

import dash
import pytest

from tests.campus import ADMINISTRATOR, ADVISER, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]
SOME = "018f6f7e-0000-7000-8000-000000000001"
PAGES = {
    "/": "home",
    "/me": "student",
    "/embed/me": "student",
    f"/learners/{SOME}": "student",
    f"/embed/learners/{SOME}": "student",
    f"/courses/{SOME}": "classroom",
    f"/embed/courses/{SOME}": "classroom",
    "/courses": "courses",
    "/embed/courses": "courses",
    "/caseload": "caseload",
    "/embed/caseload": "caseload",
    f"/organisations/{SOME}/guardians": "guardians",
    f"/embed/organisations/{SOME}/guardians": "guardians",
    "/me/guardians": "own-guardians",
    "/embed/me/guardians": "own-guardians",
    "/guardian": "invitation",
    "/embed/guardian": "invitation",
    f"/organisations/{SOME}": "institution",
    f"/embed/organisations/{SOME}": "institution",
    f"/organisations/{SOME}/data-quality": "quality",
    f"/embed/organisations/{SOME}/data-quality": "quality",
    "/account/sessions": "sessions",
    f"/organisations/{SOME}/sessions": "sessions",
    f"/organisations/{SOME}/administration": "administration",
    f"/organisations/{SOME}/connections": "connections",
    f"/organisations/{SOME}/terms": "terms",
    f"/organisations/{SOME}/units": "units",
    f"/organisations/{SOME}/courses": "course-list",
    f"/organisations/{SOME}/sign-in": "signin",
    f"/organisations/{SOME}/visibility": "visibility",
    f"/courses/{SOME}/preview": "student",
    f"/organisations/{SOME}/history": "history",
    f"/organisations/{SOME}/leaving": "leaving",
    f"/organisations/{SOME}/rosters": "rosters",
    f"/organisations/{SOME}/platforms": "platforms",
    f"/organisations/{SOME}/people": "people",
    f"/organisations/{SOME}/people/{SOME}": "person",
    "/reports": "reports",
    "/embed/reports": "reports",
    f"/reports/{SOME}": "report",
    f"/embed/reports/{SOME}": "report",
    "/schedules": "schedulelist",
    "/embed/schedules": "schedulelist",
    f"/organisations/{SOME}/dead-letters": "letters",
    f"/embed/organisations/{SOME}/dead-letters": "letters",
    f"/organisations/{SOME}/audit": "audit",
    f"/embed/organisations/{SOME}/audit": "audit",
}


def reader_of(path: str) -> str:
    """Somebody who may open the page at a path."""
    of_staff = ("classroom", "courses", "reports", "report", "schedulelist")
    kinds = {**dict.fromkeys(of_staff, "Tess Thorne"), "caseload": ADVISER}
    if path.endswith("/preview"):
        return "Tess Thorne"
    administered = path.removeprefix("/embed").startswith("/organisations/")
    return ADMINISTRATOR if administered else kinds.get(PAGES[path], "Ada Abel")


def layout_of(visitor: Visitor, path: str, search: str = "") -> Any:
    """The empty page, as the router gives it out."""
    values = {"_pages_location.pathname": path, "_pages_location.search": search}
    answer = visitor.ask("_pages_content", values)
    assert answer.status_code == 200
    return answer.get_json()["response"]


def ids_in(layout: object) -> set[str]:
    """All ids in a layout; pattern ids as JSON."""
    found = set()
    if isinstance(layout, dict):
        named = layout.get("id")
        if isinstance(named, str | dict):
            found.add(named if isinstance(named, str) else json.dumps(named, sort_keys=True))
        for part in layout.values():
            found |= ids_in(part)
    elif isinstance(layout, list):
        for part in layout:
            found |= ids_in(part)
    return found


def props_of(layout: object, name: str) -> dict[str, Any]:
    """The properties of the component with this id."""
    if isinstance(layout, dict):
        if layout.get("id") == name:
            return layout
        layout = list(layout.values())
    if isinstance(layout, list):
        return next((found for part in layout if (found := props_of(part, name))), {})
    return {}


@pytest.mark.parametrize("path", PAGES)
def test_an_address_leads_to_its_own_page(campus: Campus, visitor: Strangers, path: str) -> None:
    found = ids_in(layout_of(visitor().sign_in(campus, reader_of(path)), path))

    assert any(name.startswith(f"{PAGES[path]}-") for name in found)


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_page_names_nobody(campus: Campus, visitor: Strangers, path: str) -> None:
    text = json.dumps(layout_of(visitor().sign_in(campus, reader_of(path)), path))

    assert not any(name in text for name in campus.people)


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_page_is_the_same_for_everybody_who_may_open_it(campus: Campus, visitor: Strangers, path: str) -> None:
    """For everybody else it is that of an address which is none of ours."""
    asked = {name: layout_of(visitor().sign_in(campus, name), path) for name in campus.people}
    nowhere = layout_of(visitor().sign_in(campus, "Ada Abel"), "/nothing/of/ours")
    own = asked[reader_of(path)]

    assert own["_pages_content"] != nowhere["_pages_content"]
    assert all(each in (own, nowhere) for each in asked.values())


def test_a_document_says_whether_its_reader_sees_groups_only(campus: Campus, visitor: Strangers) -> None:
    """So that an empty page, which is the same for all, has the room that it is going to take."""

    def document(name: str) -> str:
        return str(visitor().sign_in(campus, name).client.get(f"/courses/{SOME}").get_data(as_text=True))

    assert ' data-la-sees="groups">' in document(ADMINISTRATOR)
    assert "data-la-sees" not in document("Tess Thorne")


def test_every_id_that_a_callback_names_stands_in_some_layout(
    application: Any, campus: Campus, visitor: Strangers
) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")
    known = ids_in(somebody.client.get("/_dash-layout").get_json())
    for path in PAGES:
        known |= ids_in(layout_of(visitor().sign_in(campus, reader_of(path)), path))

    named = set()
    for callback in application.dash._callback_list:
        named |= {each["id"] for each in (*callback["inputs"], *callback["state"])}
        named |= {
            part.rpartition(".")[0] for part in re.split(r"\.\.\.?", callback["output"].strip(".")) if "." in part
        }
    plain = {each for each in named if each and not each.startswith("{")}

    assert plain - known == set()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_fails_over_parameters_that_it_does_not_know(campus: Campus, visitor: Strangers, path: str) -> None:
    search = "?x=1&section=a&section=b&from=yesterday&to=&course=%00&learner=1&layout=2&level=all&unit="

    assert layout_of(visitor().sign_in(campus, reader_of(path)), path, search)


def test_filters_of_the_address_stand_in_the_controls(campus: Campus, visitor: Strangers) -> None:
    search = "?section=B&from=2026-03-02&to=2026-02-02&level=watch"

    layout = layout_of(visitor().sign_in(campus, "Tess Thorne"), f"/courses/{SOME}", search)

    values = {control: props_of(layout, f"classroom-{control}")["value"] for control in ("section", "first", "last")}
    assert values == {"section": "B", "first": "2026-02-02", "last": "2026-03-02"}
    assert props_of(layout, "classroom-level")["value"] == "watch"


@pytest.mark.parametrize("path", ["/me", f"/courses/{SOME}", f"/organisations/{SOME}"])
def test_an_empty_page_that_is_made_once_is_made_for_each_language(
    campus: Campus, visitor: Strangers, path: str
) -> None:
    somebody = visitor().sign_in(campus, reader_of(path))
    first = layout_of(somebody, path, "?unit=x")["_pages_content"]
    somebody.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    german = layout_of(somebody, path, "?unit=x")["_pages_content"]
    somebody.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    assert "Definition" in json.dumps(first)
    assert german != first
    assert layout_of(somebody, path, "?unit=x")["_pages_content"] == first


def test_an_address_of_ours_has_its_own_title(campus: Campus, visitor: Strangers) -> None:
    asked = {path: layout_of(visitor().sign_in(campus, reader_of(path)), path) for path in PAGES}
    titles = {path: layout["_pages_store"]["data"]["title"] for path, layout in asked.items()}

    assert titles["/me"] == "My page · Learning analytics"
    assert titles[f"/courses/{SOME}"].startswith("Classroom")


def test_an_unknown_address_says_so_in_words(campus: Campus, visitor: Strangers) -> None:
    text = json.dumps(layout_of(visitor().sign_in(campus, "Ada Abel"), "/nothing/of/ours"))

    assert "There is nothing here for you" in text


def test_no_page_registers_callbacks_at_import(application: Any) -> None:
    assert dash._callback.GLOBAL_CALLBACK_LIST == []
    assert dash._callback.GLOBAL_CALLBACK_MAP == {}
