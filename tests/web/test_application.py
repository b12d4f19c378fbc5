"""What holds for every answer of the application."""

import re
from collections.abc import Callable
from typing import Any

import brotli
import pytest

from dashapp.data.database import Database
from dashapp.security.assets import PLOTLY, marked
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address, application_on

Strangers = Callable[[], Visitor]
SOME = "018f6f7e-0000-7000-8000-000000000001"


def address_in(layout: Any) -> Any:
    """What a page's layout says about where it stands."""
    return next(child["props"]["data"] for child in layout["props"]["children"] if child["type"] == "Store")


def test_two_applications_live_in_one_process(module_database: Database, campus: Campus, visitor: Strangers) -> None:
    with application_on(module_database, campus) as second:
        other = Visitor(second.server.test_client(), second)
        assert other.sign_in(campus, "Ada Abel").ask("student-page", address(None)).status_code == 200
        assert visitor().sign_in(campus, "Ada Abel").ask("student-page", address(None)).status_code == 200
        assert set(second.guard.doors) == set(visitor().application.guard.doors)


def test_scripts_may_come_from_here_only(campus: Campus, visitor: Strangers) -> None:
    headers = visitor().sign_in(campus, "Ada Abel").client.get("/me").headers

    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"].startswith("'self' 'sha256-")
    assert "unsafe" not in policy["script-src"]
    assert (policy["frame-ancestors"], policy["object-src"], policy["base-uri"]) == ("'self'", "'none'", "'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_scripts_are_sent_compressed_and_kept_by_the_browser(visitor: Strangers) -> None:
    path = f"/assets/{marked(PLOTLY)}"
    plain = visitor().client.get(path, buffered=True)
    small = visitor().client.get(path, buffered=True, headers={"Accept-Encoding": "gzip, br"})
    again = visitor().client.get(path, buffered=True, headers={"Accept-Encoding": "gzip"})

    assert brotli.decompress(small.data) == plain.data
    assert small.headers["Content-Encoding"] == "br"
    assert again.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 3
    assert "immutable" in small.headers["Cache-Control"]
    assert "Accept-Encoding" in small.headers["Vary"]


def test_what_a_component_loads_late_is_asked_for_again_and_not_sent_again(visitor: Strangers) -> None:
    client, path = visitor().client, "/_dash-component-suites/dash_ag_grid/async-community.js"
    first = client.get(path, buffered=True, headers={"Accept-Encoding": "br"})
    kept = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}

    again = client.get(path, buffered=True, headers=kept)

    assert "no-cache" in first.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")


def test_data_are_sent_compressed_and_kept_by_nobody(campus: Campus, visitor: Strangers) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")
    somebody.client.environ_base["HTTP_ACCEPT_ENCODING"] = "br"

    answer = somebody.ask("student-page", address(None))

    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"student-title" in brotli.decompress(answer.data)


def test_the_page_loads_one_small_bundle_of_plotly(campus: Campus, visitor: Strangers) -> None:
    text = visitor().sign_in(campus, "Ada Abel").client.get("/me").get_data(as_text=True)

    assert text.count("plotly.min.js") == 1
    assert "package_data/plotly" not in text
    assert "https://" not in text


def test_the_library_of_lists_runs_nowhere_by_itself_and_is_fetched_ahead_where_a_list_is(
    campus: Campus, visitor: Strangers
) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")
    without = somebody.client.get("/me").get_data(as_text=True)
    with_lists = somebody.client.get(f"/courses/{SOME}").get_data(as_text=True)

    for text in (without, with_lists):
        [tag] = [one for one in re.findall("<script[^>]*>", text) if "dash_ag_grid" in one]
        assert 'type="text/plain"' in tag
        assert 'id="la-lists"' in tag
    [address] = re.findall(r'src="([^"]*dash_ag_grid\.v[^"]*)"', with_lists)
    ahead = f'<link rel="preload" as="script" href="{address}">'
    assert ahead in with_lists
    assert ahead not in without
    assert "immutable" in somebody.client.get(address).headers["Cache-Control"]


def test_the_document_speaks_the_language_of_the_reader(campus: Campus, visitor: Strangers) -> None:
    client = visitor().sign_in(campus, "Ada Abel").client

    assert '<html lang="en" dir="ltr"' in client.get("/me").get_data(as_text=True)
    assert '<html lang="en-XA"' in client.get("/me?locale=en_XA").get_data(as_text=True)


def test_a_callback_speaks_the_language_of_its_page(campus: Campus, visitor: Strangers) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")
    somebody.client.environ_base["HTTP_REFERER"] = "http://localhost/me?locale=en_XA"

    text = somebody.ask("shell-nav", {"_pages_location.pathname": "/me"}).get_data(as_text=True)

    assert "My page" not in text
    assert "[M" in text


def test_a_service_below_a_path_keeps_to_it(module_database: Database, campus: Campus) -> None:
    with application_on(module_database, campus, public_url="http://127.0.0.1:3007/below") as application:
        client = application.server.test_client()
        somebody = Visitor(client, application)
        led = client.get("/below/me")
        assert led.headers["Location"] == "/below/sign-in?next=/below/me"
        assert client.get("/below/health").status_code == client.get("/health").status_code == 200
        cookie = application.guard.sessions.issue(campus.organisation_id, campus.people["Ada Abel"].public_id)
        client.set_cookie("la_session", cookie, path="/below")
        page = client.get("/below/me").get_data(as_text=True)
        assert 'src="/below/assets/' in page
        assert 'src="/assets/' not in page
        del somebody


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/me", 200),
        ("/embed/me/", 200),
        (f"/courses/{SOME}?section=A", 200),
        (f"/embed/learners/{SOME}", 200),
        (f"/organisations/{SOME}", 200),
        ("/not-found", 404),
        ("/nowhere", 404),
        ("/me/more", 404),
        ("/embed", 404),
        ("/courses/algebra", 404),
        (f"/courses/{SOME}/more", 404),
        ("/learners/none", 404),
        ("/%2e%2e/app.py", 404),
    ],
)
def test_an_address_without_a_page_says_so_in_its_status(
    campus: Campus, visitor: Strangers, path: str, status: int
) -> None:
    answer = visitor().sign_in(campus, "Ada Abel").client.get(path)

    assert answer.status_code == status
    assert 'id="react-entry-point"' in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    # In a frame nothing of the reader may come with the request for the page; its scripts say whose it is.
    assert visitor().client.get(path).status_code == (status if path.startswith("/embed") else 302)


def test_a_service_below_a_path_knows_its_pages(module_database: Database, campus: Campus) -> None:
    with application_on(module_database, campus, public_url="http://127.0.0.1:3007/below") as application:
        client = application.server.test_client()
        cookie = application.guard.sessions.issue(campus.organisation_id, campus.people["Ada Abel"].public_id)
        client.set_cookie("la_session", cookie, path="/below")
        asked = ("/below/", "/below/me", "/below/nowhere", "/below/below/me")
        assert [client.get(path).status_code for path in asked] == [200, 200, 404, 404]


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        (f"/learners/{SOME}", "?learner=somebody-else", SOME),
        (f"/embed/learners/{SOME}", "?learner=a&learner=b", SOME),
        (f"/courses/{SOME}", "?course=another", SOME),
        (f"/organisations/{SOME}", "?organisation=another", SOME),
        ("/learners/a/b", "?learner=c", "a/b"),
        ("/me", f"?learner={SOME}", None),
    ],
)
def test_whom_a_page_is_about_is_said_by_its_path_alone(
    campus: Campus, visitor: Strangers, path: str, query: str, named: str | None
) -> None:
    asked = {"_pages_location.pathname": path, "_pages_location.search": query}
    # Whoever may not open a page gets the empty one that names nobody.
    name = ADMINISTRATOR if path.startswith(("/courses", "/organisations")) else "Ada Abel"

    answer = visitor().sign_in(campus, name).ask("_pages_content", asked)

    assert address_in(answer.get_json()["response"]["_pages_content"]["children"])["id"] == named


def test_the_chosen_course_still_comes_from_the_query(campus: Campus, visitor: Strangers) -> None:
    asked = {"_pages_location.pathname": f"/learners/{SOME}", "_pages_location.search": f"?course={SOME}&course_id=x"}

    answer = visitor().sign_in(campus, "Ada Abel").ask("_pages_content", asked)

    assert f'"value":"{SOME}"' in answer.get_data(as_text=True).replace(" ", "")


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/../app.py", "/_dash-component-suites/dash/nothing.js"])
def test_what_is_not_there_is_said_in_plain_words(visitor: Strangers, path: str) -> None:
    answer = visitor().client.get(path)

    assert answer.status_code in (404, 302, 500)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_missing_slash_leads_to_no_name_that_the_asker_made_up(module_database: Database, campus: Campus) -> None:
    with application_on(module_database, campus, public_url="http://127.0.0.1:3007/below") as application:
        answer = application.server.test_client().get("/below", headers={"Host": "192.0.2.7:8080"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/below/")
