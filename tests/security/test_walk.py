"""Walks every route, every page and every callback: nothing is there without a permission, and nothing answers those
who have none, whatever they send."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import dash
import pytest
from werkzeug.routing import Rule

from dashapp.data.queries.organisations import own_address
from dashapp.domain.principal import Permission
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.guard import Access
from dashapp.security.sessions import Manner
from dashapp.web.application import ROUTER, Application
from tests.campus import ADMINISTRATOR, ADVISER, GUARDIAN, LEARNERS, SECTION_TEACHER, TEACHERS, Campus
from tests.security.conftest import by_bearer
from tests.served import Visitor, body_of

Strangers = Callable[[], Visitor]
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
NOBODY = {"": ""}


def pages() -> list[dict[str, Any]]:
    return list(dash.page_registry.values())


def path_of(page: dict[str, Any], named: object = None) -> str:
    """A pathname that leads to a page."""
    template = page["path_template"] or page["path"]
    return "/".join(str(named or uuid4()) if part.startswith("<") else part for part in template.split("/"))


def forgeries(campus: Campus, application: Application) -> list[Any]:
    """What a forger puts into every value: others' ids in any shape, wrong types, and too much of everything."""
    ids = [str(campus.people[name].public_id) for name in ("Ivy Ives", "Ben Brook")]
    with application.services.database.transaction("la_jobs", campus.organisation_id) as connection:  # type: ignore[arg-type]
        found = connection.exec_driver_sql("SELECT public_id FROM courses UNION SELECT public_id FROM organisations")
        ids += [str(each) for each in found.scalars()]
    deep: Any = "end"
    for _level in range(60):
        deep = {"id": [deep]}
    shapes = [{"id": each, "embedded": False} for each in ids]
    odd = [ids[0], f"/learners/{ids[0]}", True, -1, 2**70, "\0", ["x"] * 2_000, {"id": {"id": ids[0]}}, deep]
    return [*shapes, *odd]


def everything(application: Application, name: str, value: Any) -> dict[str, Any]:
    """The body of a callback with one value everywhere, and with every place named as the trigger."""
    registered = application.dash.callback_map[name]
    places = [*registered["inputs"], *registered["state"]]
    values = {f"{each['id']}.{each['property']}": value for each in places}
    patterns = {json.loads(each["id"])["type"]: {str(uuid4()): value} for each in places if each["id"].startswith("{")}
    body = body_of(application, name.lstrip("."), {**values, **patterns})
    body["changedPropIds"] = [f"{each['id']}.{each['property']}" for each in places]
    return body


def test_every_page_demands_a_permission_and_the_guard_knows_it_by_the_pathname(application: Application) -> None:
    guard = application.guard
    for page in pages():
        assert isinstance(page["permission"], Permission), page["module"]
        assert guard.page_permission(path_of(page)) is page["permission"], page["module"]
    for path in ("/nothing/of/ours", "", "me", "/assets/../me"):
        assert guard.page_permission(path) is None, path


def test_every_callback_demands_a_permission_and_of_dashs_own_only_the_router_is_there(
    application: Application,
) -> None:
    on_the_server = {name for name, found in application.dash.callback_map.items() if "callback" in found}

    assert set(application.guard.doors) == on_the_server
    assert all(isinstance(door.permission, Permission) for door in application.guard.doors.values())
    assert application.guard.router == ROUTER
    # What takes no permission beyond being signed in is written down here as well.
    assert {name for name, door in application.guard.doors.items() if door.permission is Permission.SIGNED_IN} == {
        ROUTER,
        "home-location.href",
        "invitation-said.children",
        "..keyboard-list.children...keyboard-count.children..",
        *(name for name in on_the_server if any(part in name for part in ("shell-nav.children", "sessions-"))),
    }


def test_no_route_answers_a_stranger_by_any_method_unless_it_is_public(
    application: Application, visitor: Strangers
) -> None:
    for rule in application.server.url_map.iter_rules():
        access = application.guard.routes.get(rule.endpoint)
        path = rule.build(dict.fromkeys(rule.arguments, "x"), append_unknown=False)
        if access in (Access.PUBLIC, Access.PROBE) or path is None:
            continue
        for method in METHODS:
            answer = visitor().client.open(path[1], method=method)
            assert answer.status_code in (302, 400, 401, 403, 404, 405, 411), (rule.rule, method)


def paths_of(rule: Rule, named: str) -> set[str]:
    """The addresses of a route that name one thing by its id: of the routes for any path, each page and what is below
    them."""
    if "<path:" in rule.rule:
        return {path_of(page, named) for page in pages()} | {f"/courses/{named}/x", "/courses", "/me/x.csv"}
    built = rule.build(dict.fromkeys(rule.arguments, named), append_unknown=False)
    return {built[1]} if built is not None else set()


@pytest.mark.parametrize(
    "own", ["classroom", *(pytest.param(each, marks=pytest.mark.long) for each in ("me", "courses", "institution"))]
)
def test_a_session_for_one_page_is_a_strangers_on_every_route_but_its_own_file(
    application: Application, campus: Campus, visitor: Strangers, courses: dict[str, str], own: str
) -> None:
    """Its callbacks and its tickets are walked in test_embedding.py and test_files.py."""
    organisation = str(own_address(campus.database, campus.organisation_id))
    page = {
        "me": "/embed/me",
        "courses": "/embed/courses",
        "classroom": f"/embed/courses/{courses['ALG 1']}",
        "institution": f"/embed/organisations/{organisation}",
    }[own]
    text = application.guard.sessions.issue(
        campus.organisation_id,
        campus.people["Tess Thorne"].public_id,
        SignInMethod.LINK,
        Manner(Carrier.BEARER, page),
    )
    opened: set[str] = set()
    for rule in application.server.url_map.iter_rules():
        if application.guard.routes.get(rule.endpoint) is Access.PUBLIC:
            continue
        for path in {each for named in (*courses.values(), organisation) for each in paths_of(rule, named)}:
            for method in METHODS:
                bound = by_bearer(visitor(), text).client.open(path, method=method)
                stranger = visitor().client.open(path, method=method)
                if (bound.status_code, bound.location) != (stranger.status_code, stranger.location):
                    opened.add(f"{method} {path}")

    assert opened == ({f"GET /courses/{courses['ALG 1']}/learners.csv"} if own == "classroom" else set())


def test_a_stranger_with_a_perfect_request_gets_nothing_from_any_callback(
    application: Application, visitor: Strangers
) -> None:
    refusals = {
        (answer.status_code, answer.data)
        for name in application.guard.doors
        for answer in [
            visitor().client.post("/_dash-update-component", json=body_of(application, name.lstrip("."), {}))
        ]
    }

    assert refusals == {(401, b"")}


@pytest.mark.parametrize(
    "name", ["Ada Abel", *(pytest.param(each, marks=pytest.mark.long) for each in (ADVISER, SECTION_TEACHER))]
)
def test_no_forged_value_shows_anybody_more_than_their_own(
    application: Application, campus: Campus, visitor: Strangers, name: str
) -> None:
    """Every callback with every forgery in every place: nobody appears whom the role does not see."""
    somebody = visitor().sign_in(campus, name)
    everybody = {*LEARNERS["algebra"], *LEARNERS["botany"], *TEACHERS.values(), ADMINISTRATOR}
    seen = {
        "Ada Abel": {"Ada Abel"},
        ADVISER: {"Ada Abel", "Ivy Ives"},
        SECTION_TEACHER: {*LEARNERS["algebra"][::2]},
    }.get(name, set())
    for output in application.guard.doors:
        for value in forgeries(campus, application):
            answer = somebody.client.post("/_dash-update-component", json=everything(application, output, value))
            assert answer.status_code in (200, 204, 400, 403, 413), (output, answer.status_code)
            text = answer.get_data(as_text=True)
            assert not [each for each in everybody - seen if each in text], (output, str(value)[:80])


def test_a_page_that_is_not_the_readers_is_given_out_as_one_that_is_not_there(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    def asked(name: str, path: str) -> Any:
        values = {"_pages_location.pathname": path, "_pages_location.search": ""}
        return visitor().sign_in(campus, name).ask("_pages_content", values).get_json()["response"]

    nowhere = asked("Ada Abel", "/nothing/of/ours")
    for page in pages():
        demanded = page["permission"]
        if demanded not in (Permission.SIGNED_IN, Permission.LEARNER_PAGE, Permission.OWN_PAGE):
            own = {Permission.OWN_GUARDIANS_PAGE: GUARDIAN}.get(demanded, "Ada Abel")
            assert asked(own, path_of(page)) == nowhere, page["module"]


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param(
            [{"id": "_pages_location", "property": "pathname", "value": "/organisations/x"}] * 2, id="pathname twice"
        ),
        pytest.param(
            [
                {"id": "shell-address", "property": "pathname", "value": "/me"},
                {"id": "_pages_location", "property": "search", "value": ""},
            ],
            id="a property renamed pathname",
        ),
        pytest.param(
            [
                {"id": "_pages_location", "property": "search", "value": ""},
                {"id": "_pages_location", "property": "pathname", "value": "/me"},
            ],
            id="another order",
        ),
        pytest.param([{"id": "_pages_location", "property": "pathname", "value": "/me"}], id="one only"),
        pytest.param({"id": "_pages_location", "property": "pathname", "value": "/me"}, id="no list"),
    ],
)
def test_the_router_reads_the_pathname_from_its_own_place_only(
    campus: Campus, visitor: Strangers, inputs: object
) -> None:
    answer = visitor().sign_in(campus, "Ada Abel").ask("_pages_content", {}, inputs=inputs)

    assert (answer.status_code, answer.data) == (400, b"")


@pytest.mark.parametrize("search", [None, 1, True, 1.5, [1], {"a": 1}], ids=repr)
def test_a_search_that_is_none_is_not_read(campus: Campus, visitor: Strangers, search: object) -> None:
    values = {"_pages_location.pathname": "/settings", "_pages_location.search": search}
    answer = visitor().sign_in(campus, ADMINISTRATOR).ask("_pages_content", values)

    assert answer.status_code == 200
    assert "could not be read" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", [None, 5, True, [], {}, ["/me"], {"pathname": "/me"}, "x" * 50_000], ids=repr)
def test_a_pathname_that_is_none_leads_nowhere(campus: Campus, visitor: Strangers, path: object) -> None:
    values = {"_pages_location.pathname": path, "_pages_location.search": ""}
    answer = visitor().sign_in(campus, ADMINISTRATOR).ask("_pages_content", values)

    assert answer.status_code == 200
    assert "There is nothing here for you" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "changed", [["student-course.value"], ["no.such"], ["x" * 10_000], ["shell-version.data"] * 5_000], ids=len
)
def test_what_a_request_says_has_triggered_it_opens_nothing(
    campus: Campus, visitor: Strangers, changed: list[str]
) -> None:
    forged = {"shell-address.data": {"id": str(campus.people["Ben Brook"].public_id), "embedded": False}}
    answer = visitor().sign_in(campus, "Ada Abel").ask("student-page", forged, changedPropIds=changed)

    assert "Ben Brook" not in answer.get_data(as_text=True)
    assert answer.status_code == 200
