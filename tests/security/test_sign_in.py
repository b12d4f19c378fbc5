"""The development sign-in: one click, by a form that only its own page can send; not there in production."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from dashapp.data.database import Database
from dashapp.security.sign_in import local_path
from tests.campus import Campus
from tests.served import Visitor, address, application_on

Strangers = Callable[[], Visitor]
FORM = re.compile(r'name="form" value="([^"]+)"')


def form_of(visitor: Visitor) -> str:
    found = FORM.search(visitor.client.get("/sign-in").get_data(as_text=True))
    assert found is not None
    return found[1]


def test_one_click_makes_one_somebody(campus: Campus, visitor: Strangers) -> None:
    person = visitor()
    chosen = {"form": form_of(person), "person": str(campus.people["Tess Thorne"].public_id), "next": "/courses"}

    answer = person.client.post("/sign-in", data=chosen)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert person.ask("courses-page", address(None)).status_code == 200


def test_a_form_without_its_cookie_signs_nobody_in(campus: Campus, visitor: Strangers) -> None:
    form = form_of(visitor())
    other = visitor()

    answer = other.client.post("/sign-in", data={"form": form, "person": str(campus.people["Ada Abel"].public_id)})

    assert answer.headers["Location"] == "/sign-in"
    assert "la_session" not in answer.headers.get("Set-Cookie", "")


def test_only_people_of_the_demo_campus_can_be_chosen(visitor: Strangers) -> None:
    person = visitor()

    answer = person.client.post("/sign-in", data={"form": form_of(person), "person": "somebody"})

    assert answer.status_code == 404


def test_signing_out_takes_the_session_away(campus: Campus, visitor: Strangers) -> None:
    person = visitor().sign_in(campus, "Ada Abel")

    assert person.client.get("/sign-out").status_code == 303
    assert person.ask("student-page", address(None)).status_code == 401


def test_a_page_of_another_site_signs_nobody_out(campus: Campus, visitor: Strangers) -> None:
    person = visitor().sign_in(campus, "Ada Abel")

    person.client.get("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert person.ask("student-page", address(None)).status_code == 200


def test_production_has_no_demo_sign_in(module_database: Database, campus: Campus) -> None:
    settings: dict[str, Any] = {
        "app_env": "production",
        "public_url": "https://learn.example/analytics",
        "secret_keys": "0123456789abcdef0123456789abcdef",
        "pseudonym_key": "00112233445566778899aabbccddeeff",
    }
    with application_on(module_database, campus, **settings) as application:
        client = application.server.test_client()
        answer = client.get("/analytics/me")
        page = client.get("/analytics/sign-in")
        form = FORM.search(page.get_data(as_text=True))
        assert form is not None
        chosen = {"form": form[1], "person": str(campus.people["Max Moor"].public_id)}
        become = client.post("/analytics/sign-in", data=chosen, base_url="https://learn.example")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/analytics/sign-in?next=/analytics/me")
    assert page.status_code == 200
    assert "Max Moor" not in page.get_data(as_text=True)
    assert "la_session" not in str(become.headers)
    assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere",
        "/a\nb",
        "/sign-out",
        "x" * 3000,
        "me",
    ],
)
def test_one_is_led_on_to_this_service_only(wanted: str | None) -> None:
    assert local_path(wanted, "") == "/"


def test_one_is_led_on_to_where_one_wanted_to_go() -> None:
    assert local_path("/courses/1?section=A", "") == "/courses/1?section=A"
    assert local_path("/below/me", "/below") == "/below/me"
    assert local_path("/me", "/below") == "/below/"
