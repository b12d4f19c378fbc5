"""The session's cookie comes from this very host: one that a sibling of the host has planted is nobody's session."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from dashapp.data.database import Database
from dashapp.domain.sessions import SignInMethod
from dashapp.web.application import Application
from tests.campus import Campus
from tests.served import Visitor, application_on, serving
from tests.servers import free_port

ELSEWHERE = "https://analytics.uni.example/below"
OURS = "__Host-la_session"


@pytest.fixture(scope="module")
def over_https(module_database: Database, campus: Campus) -> Iterator[Application]:
    """The app below a path of a host over https."""
    with application_on(module_database, campus, public_url=ELSEWHERE) as made:
        yield made


def session_of(application: Application, campus: Campus, name: str) -> str:
    return application.guard.sessions.issue(campus.organisation_id, campus.people[name].public_id, SignInMethod.DEMO)


def asked(application: Application, cookies: str, base: str = "https://analytics.uni.example") -> int:
    """The status of a page's own callback, with a header as it came."""
    visitor = Visitor(application.server.test_client(use_cookies=False), application)
    visitor.client.environ_base["HTTP_COOKIE"] = cookies
    prefix = application.dash.config.requests_pathname_prefix
    return int(visitor.client.get(f"{prefix}me", base_url=base).status_code)


def test_over_https_only_the_hosts_own_cookie_is_read(over_https: Application, campus: Campus) -> None:
    text = session_of(over_https, campus, "Ada Abel")

    assert asked(over_https, f"{OURS}={text}") == 200
    assert asked(over_https, f"la_session={text}") == 302
    assert asked(over_https, f"la_session={session_of(over_https, campus, 'Ben Brook')}; {OURS}={text}") == 200


def test_signing_in_over_https_sets_a_cookie_that_no_sibling_can_set_and_signing_out_takes_it_away(
    over_https: Application, campus: Campus
) -> None:
    client, base = over_https.server.test_client(), "https://analytics.uni.example"
    form = client.get("/below/sign-in", base_url=base).text.partition('name="form" value="')[2].partition('"')[0]
    person = str(campus.people["Ada Abel"].public_id)

    answer = client.post("/below/sign-in", data={"form": form, "person": person}, base_url=base)
    out = client.post("/below/sign-out", base_url=base)

    [kept] = [each for each in answer.headers.getlist("Set-Cookie") if "la_session" in each]
    [gone] = [each for each in out.headers.getlist("Set-Cookie") if "la_session" in each]
    for cookie in (kept, gone):
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert cookie.startswith(f"{OURS}=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not [part for part in parts if part.startswith("Domain")]
    assert "Expires=Thu, 01 Jan 1970" in gone


def test_of_two_cookies_of_one_name_neither_is_believed(application: Application, campus: Campus) -> None:
    mine, planted = (session_of(application, campus, name) for name in ("Ada Abel", "Ben Brook"))
    here = "http://localhost"

    assert asked(application, f"la_session={mine}", here) == 200
    assert asked(application, f"la_session={planted}; la_session={mine}", here) == 302
    assert asked(application, f"la_session={mine}; other=1; la_session={planted}", here) == 302
    assert asked(application, f"la_session={mine}; la_session=", here) == 302


def test_the_version_of_a_page_is_told_to_neither_either(application: Application, campus: Campus) -> None:
    """`/live` reads the header itself."""
    mine, planted = (session_of(application, campus, name) for name in ("Ada Abel", "Ben Brook"))

    def status(*headers: str) -> int:
        connection = HTTPConnection("127.0.0.1", port)
        with closing(connection):
            connection.putrequest("GET", "/live?topic=x")
            for header in headers:
                connection.putheader("Cookie", header)
            connection.endheaders()
            return connection.getresponse().status

    with serving(application, port := free_port()):
        # Signed in, with a topic that is none.
        assert status(f"la_session={mine}") == 403
        assert status(f"la_session={planted}; la_session={mine}") == 401
        assert status(f"la_session={mine}", f"la_session={planted}") == 401
        assert status() == 401
