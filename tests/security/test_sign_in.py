"""The development sign-in: one click, by a form that only its own page can send; not there in production."""

import re
from collections.abc import Callable

import pytest

from dashapp.data.database import Database
from dashapp.security.sign_in import local_path
from dashapp.web.application import create_app
from tests.campus import Campus
from tests.served import Visitor, address, web_settings

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


def test_production_has_no_demo_sign_in_and_says_so(module_database: Database, campus: Campus) -> None:
    settings = web_settings(
        module_database,
        app_env="production",
        public_url="https://learn.example/analytics",
        secret_keys="k" * 40,
        pseudonym_key="p" * 40,
    )
    application = create_app(settings, database=module_database, demo_people=lambda _: campus.sign_in_choices())
    client = application.server.test_client()
    try:
        answer = client.get("/analytics/me")
        missing = client.post("/analytics/sign-in", data={})
        page = client.get("/analytics/sign-in")
    finally:
        application.guard.sessions.stop()
        application.services.live.stop()

    assert (answer.status_code, answer.get_data(as_text=True)) == (401, "This service has no sign-in yet.")
    assert missing.status_code in (404, 405)
    assert page.status_code == 401
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
