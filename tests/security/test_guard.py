"""Nothing answers that was not opened by name, and everything in a request can be forged."""

from collections.abc import Callable
from typing import Any

import pytest

from dashapp import ids
from dashapp.data.database import Database
from dashapp.security.guard import Access
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address, application_on, body_of

Strangers = Callable[[], Visitor]

PUBLIC = {
    "/_dash-layout",
    "/_dash-dependencies",
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    "/_favicon.ico",
    "/assets/<path:filename>",
    "/assets/joined/<name>",
    "/sign-in",
    "/sign-out",
    "/embed-link/<text>",
    "/received/<link>",
    "/tickets",
    "/guardian/account",
    "/lti/login",
    "/lti/login/<organisation>",
    "/lti/launch",
    "/lti/bound",
    "/lti/chosen",
    "/lti/keys/<organisation>",
    "/lti/register/<code>",
    "/tab",
    "/set-up",
    "/sign-in/password",
    "/sign-in/openid/<organisation>/<provider>",
    "/sign-in/openid/<organisation>/<provider>/back",
    "/api/v1/me",
    "/api/v1/courses",
}
"""Every route that a stranger may read: a new one has to be written down here as well."""


def test_every_route_is_opened_by_name_or_closed(application: Application) -> None:
    rules = {rule.endpoint: rule.rule for rule in application.server.url_map.iter_rules()}
    public = {rule for name, rule in rules.items() if application.guard.routes.get(name) is Access.PUBLIC}
    closed = {rule for name, rule in rules.items() if name not in application.guard.routes}

    probes = {rule for name, rule in rules.items() if application.guard.routes.get(name) is Access.PROBE}
    assert probes == {"/health", "/health/live", "/metrics"}
    assert public == PUBLIC
    assert closed == {"/_reload-hash"}


def test_every_callback_of_the_server_demands_a_permission(application: Application) -> None:
    on_the_server = {name for name, found in application.dash.callback_map.items() if "callback" in found}

    assert on_the_server == set(application.guard.doors)
    assert all(door.permission for door in application.guard.doors.values())


def test_a_stranger_gets_no_answer_from_any_callback(application: Application, visitor: Strangers) -> None:
    for name in application.dash.callback_map:
        answer = visitor().client.post("/_dash-update-component", json={"output": name, "inputs": [], "outputs": []})
        assert (answer.status_code, answer.data) == (401, b""), name


def test_a_stranger_is_led_to_the_sign_in(visitor: Strangers) -> None:
    answer = visitor().client.get("/courses/some?section=A")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/courses/some%3Fsection%3DA"


def test_the_layout_that_anybody_may_read_holds_no_data(campus: Campus, visitor: Strangers) -> None:
    text = visitor().client.get("/_dash-layout").get_data(as_text=True)

    assert not any(name.split()[1] in text for name in campus.people)
    assert str(campus.people["Ada Abel"].public_id) not in text


def test_a_closed_route_looks_like_none(visitor: Strangers) -> None:
    assert visitor().client.get("/_reload-hash").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": []},
        {"inputs": "all"},
        {"inputs": [{"id": 1, "property": "value", "value": ""}]},
        {"state": [{"id": "a", "property": "b", "value": "c"}]},
        {"outputs": [{"id": "shell-nav", "property": "children"}]},
        {"outputs": None},
        {"changedPropIds": "all"},
        {"output": "_pages_content.children"},
        {"output": 5},
    ],
    ids=str,
)
def test_a_request_of_another_shape_is_refused_before_dash_reads_it(
    campus: Campus, visitor: Strangers, change: dict[str, object]
) -> None:
    answer = visitor().sign_in(campus, "Ada Abel").ask("student-page", address(None), **change)

    assert answer.status_code in (400, 403)
    assert answer.data == b""


@pytest.mark.parametrize("number", [0, 1, 5, 9, 500])
def test_another_number_of_components_than_the_page_has_is_refused(
    campus: Campus, visitor: Strangers, number: int
) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")
    outputs = body_of(somebody.application, "student-page", address(None))["outputs"]
    changed = [(one * number)[:number] if isinstance(one, list) else one for one in outputs]

    answer = somebody.ask("student-page", address(None), outputs=changed)

    assert changed != outputs
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 200_000], ids=lambda body: repr(body[:8])
)
def test_a_body_that_is_no_callback_is_refused(campus: Campus, visitor: Strangers, body: bytes) -> None:
    client = visitor().sign_in(campus, "Ada Abel").client

    answer = client.post("/_dash-update-component", data=body, content_type="application/json")
    assert answer.status_code == (400 if body else 411)


def test_a_body_beyond_all_measure_is_refused(campus: Campus, visitor: Strangers) -> None:
    client = visitor().sign_in(campus, "Ada Abel").client

    answer = client.post("/_dash-update-component", data=b" " * 300_000, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_page_of_another_site_cannot_ask(campus: Campus, visitor: Strangers, header: dict[str, str]) -> None:
    client = visitor().sign_in(campus, "Ada Abel").client

    assert client.post("/_dash-update-component", json={}, headers=header).status_code == 403


@pytest.mark.parametrize("name", ["evil.example", "evil.example:3007", "127.0.0.1.evil.example", "localhost.evil", "["])
def test_a_name_that_somebody_has_lead_here_opens_nothing_and_signs_nobody_in(
    application: Application, campus: Campus, visitor: Strangers, name: str
) -> None:
    client, own = visitor().client, {"Host": name, "Origin": f"http://{name}"}
    for path in ("/", "/sign-in", "/embed/me", "/me"):
        answer = client.get(path, headers=own)
        assert answer.status_code == 421
        assert "Set-Cookie" not in answer.headers
    person = str(campus.people["Tess Thorne"].public_id)
    assert client.post("/sign-in", data={"person": person}, headers=own).status_code == 421
    assert client.get("/health/live", headers=own).status_code == 200


@pytest.mark.parametrize("name", ["localhost:3007", "demo.localhost", "127.0.0.1", "192.0.2.7:3007", "[::1]:3007"])
def test_names_of_the_machine_itself_and_numbers_lead_to_the_sign_in(visitor: Strangers, name: str) -> None:
    assert visitor().client.get("/sign-in", headers={"Host": name}).status_code == 200


def test_a_page_of_the_same_name_without_tls_cannot_ask(module_database: Database, campus: Campus) -> None:
    with application_on(module_database, campus, public_url="https://learn.example") as secure:
        client = Visitor(secure.server.test_client(), secure).sign_in(campus, "Ada Abel").client
        asked: dict[str, Any] = {"json": {}, "base_url": "https://learn.example"}
        answers = [
            client.post("/_dash-update-component", headers={"Origin": f"{scheme}://learn.example"}, **asked)
            for scheme in ("http", "https")
        ]
    assert [answer.status_code for answer in answers] == [403, 400]


def test_a_number_by_which_nobody_knows_the_service_is_of_its_scheme_only(
    module_database: Database, campus: Campus
) -> None:
    with application_on(module_database, campus, public_url="https://learn.example") as secure:
        client = Visitor(secure.server.test_client(), secure).sign_in(campus, "Ada Abel").client
        asked: dict[str, Any] = {"json": {}, "base_url": "https://192.0.2.7"}
        answers = [
            client.post("/_dash-update-component", headers={"Origin": f"{scheme}://192.0.2.7"}, **asked)
            for scheme in ("http", "https")
        ]
    assert [answer.status_code for answer in answers] == [403, 400]


@pytest.mark.parametrize(
    "value",
    [None, 5, [], {}, True, "x" * 5000, {"id": ["a"]}, {"id": "../etc"}, {"id": None, "embedded": "yes"}],
    ids=repr,
)
@pytest.mark.parametrize("page", ["student-page", "classroom-page", "institution-page"])
def test_values_of_any_type_are_answered_without_a_failure(
    campus: Campus, visitor: Strangers, page: str, value: object
) -> None:
    name = {"student-page": "Ada Abel", "classroom-page": "Tess Thorne", "institution-page": ADMINISTRATOR}[page]
    controls = [ids.Student.COURSE, ids.Classroom.SECTION, ids.Classroom.FIRST, ids.Institution.UNIT]
    values = {f"{control}.value": value for control in controls}
    everything = {**values, "shell-screen.data": value, "shell-version.data": value, "shell-address.data": value}

    assert visitor().sign_in(campus, name).ask(page, everything).status_code == 200


def test_somebody_who_is_gone_is_nobody(application: Application, campus: Campus, visitor: Strangers) -> None:
    made = visitor()
    forged = application.guard.sessions.issue(campus.organisation_id, campus.sign_in_choices()[0].public_id)
    made.client.set_cookie("la_session", forged[:-1] + ("A" if forged[-1] != "A" else "B"))

    assert made.ask("student-page", address(None)).status_code == 401


def test_an_address_below_the_files_of_dash_that_names_none_is_not_found(visitor: Strangers) -> None:
    for path in ("/_dash-component-suites/os/x.js", "/_dash-component-suites/dash/x.js"):
        assert visitor().client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/embed//elsewhere.example/", "/embed/\\elsewhere.example/"], ids=repr)
def test_the_way_out_of_a_frame_never_leads_to_another_server(campus: Campus, visitor: Strangers, path: str) -> None:
    answer = visitor().sign_in(campus, "Ada Abel").ask("shell-nav", {"_pages_location.pathname": path})

    assert answer.get_json()["response"]["shell-embed-open"]["href"] == "/elsewhere.example/"
