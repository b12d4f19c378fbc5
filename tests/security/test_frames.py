"""Whose pages may frame ours, and what the answer to a launch holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Response
from sqlalchemy.exc import IntegrityError

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.frame_origins import (
    LONGEST_TOGETHER,
    FramesFull,
    named_frame_origins,
    register_frame_origin,
    withdraw_frame_origins,
)
from dashapp.data.store.organisations import create_organisation
from dashapp.domain.clock import system_clock
from dashapp.security.assets import first_script
from dashapp.security.embedding import Look
from dashapp.security.frames import NoOrigin, frame_by, origin_of, send_to
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.conftest import framers, given_in, links_of, path_of, principal_of
from tests.served import Visitor

Strangers = Callable[[], Visitor]


def test_the_answer_holds_the_session_as_data_that_no_browser_runs(application: Application, campus: Campus) -> None:
    with application.server.test_request_context("/launch", method="POST"):
        hostile = "</script><script>alert(1)</script>"
        response = application.embedding.bearer_answer(campus.organisation_id, hostile, "/embed/me", Look("ar", "dark"))
    text = response.get_data(as_text=True)

    assert given_in(text)["held"]["bearer"] == hostile
    assert hostile not in text
    assert given_in(text)["address"] == "/embed/me?locale=ar&theme=dark"
    # What stands in the head reads it before anything else of the page.
    assert text.index("la-given") < text.index(first_script().path) < text.index("</head>")


@pytest.fixture
def portal(application: Application, campus: Campus) -> Any:
    origin = "https://portal.example.edu"
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        register_frame_origin(connection, campus.organisation_id, origin, "test", system_clock())
    application.embedding.origins.forget()
    yield origin
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        withdraw_frame_origins(connection, campus.organisation_id, "test")
    application.embedding.origins.forget()


def test_registered_pages_may_frame_what_is_below_embed_and_nothing_else(
    application: Application, campus: Campus, visitor: Strangers, portal: str
) -> None:
    assert framers(visitor().client.get("/embed/me")) == f"'self' {portal}"
    assert framers(visitor().sign_in(campus, "Ada Abel").client.get("/me")) == "'self'"
    assert framers(visitor().client.get("/sign-in")) == "'self'"
    assert "X-Frame-Options" not in visitor().client.get("/embed/me").headers


def test_the_answer_of_a_link_names_the_origins_of_its_organisation_only(
    application: Application, campus: Campus, visitor: Strangers, portal: str
) -> None:
    link = path_of(links_of(application).make(principal_of(application, campus, "Tess Thorne"), "/embed/courses"))
    assert framers(visitor().client.get(link)) == f"'self' {portal}"
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        neighbour = create_organisation(connection, "neighbour", "Neighbour College", "Europe/Berlin")
    with application.server.test_request_context("/launch", method="POST"):
        other = application.embedding.bearer_answer(neighbour, "text", "/embed/me")
        assert framers(application.server.process_response(other)) == "'self'"


def test_the_empty_page_names_the_origins_of_the_organisation_in_its_address_and_nobody_elses(
    application: Application, campus: Campus, visitor: Strangers, portal: str
) -> None:
    origins, other = application.embedding.origins, "https://lms.other.example"
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        second = create_organisation(connection, "second", "Second College", "Europe/Berlin")
    with campus.database.transaction(DatabaseRole.JOBS, second) as connection:
        register_frame_origin(connection, second, other, "test", system_clock())
    origins.forget()
    own, theirs = (own_address(campus.database, one) for one in (campus.organisation_id, second))
    ask = visitor().client.get

    try:
        assert framers(ask("/embed/me", query_string={"tenant": str(own)})) == f"'self' {portal}"
        assert framers(ask("/embed/me", query_string={"tenant": str(theirs)})) == f"'self' {other}"
        for stranger in (str(uuid4()), "", "x", "\0", str(own) * 2):
            assert framers(ask("/embed/me", query_string={"tenant": stranger})) == "'self'"
        assert framers(ask("/embed/me")) == "'self'"
        with application.server.test_request_context("/launch", method="POST"):
            answer = application.embedding.bearer_answer(second, "text", "/embed/me")
        assert given_in(answer.get_data(as_text=True))["held"]["tenant"] == str(theirs)
    finally:
        with campus.database.transaction(DatabaseRole.JOBS, second) as connection:
            withdraw_frame_origins(connection, second, "test")
        origins.forget()


def test_an_origin_taken_back_cannot_frame_any_more(
    application: Application, campus: Campus, visitor: Strangers, portal: str
) -> None:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        assert withdraw_frame_origins(connection, campus.organisation_id, "test") == 1
    application.embedding.origins.forget()

    assert framers(visitor().client.get("/embed/me")) == "'self'"


def test_what_is_no_origin_stands_in_no_header(application: Application) -> None:
    with application.server.test_request_context("/launch", method="POST"):
        frame_by(["https://lms.example.edu", "", "https://x *", "https://a;sandbox", "https://例え.jp"])
        send_to(["*", "https://lms.example.edu;script-src *"])
        policy = application.server.process_response(Response("")).headers["Content-Security-Policy"]
    assert policy.partition("form-action ")[2] == "'self'; frame-ancestors 'self' https://lms.example.edu"


@pytest.mark.parametrize("origin", ["*", "https://x *", "https://a;sandbox", "https://例え.jp", "https://a.example\n"])
def test_the_database_holds_no_origin_that_is_none(campus: Campus, origin: str) -> None:
    with (
        pytest.raises(IntegrityError, match="ck_frame_origins_origin"),
        campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection,
    ):
        register_frame_origin(connection, campus.organisation_id, origin, "test", system_clock())


def test_an_organisation_names_no_more_origins_than_a_header_bears_also_by_several_at_once(campus: Campus) -> None:
    def add(number: int) -> bool:
        origin = f"https://{number:03}-{'x' * 90}.example"
        try:
            with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
                register_frame_origin(connection, campus.organisation_id, origin, "many", system_clock())
        except FramesFull:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(add, range(40)))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        named = named_frame_origins(connection, campus.organisation_id)
        withdraw_frame_origins(connection, campus.organisation_id, "many")
    assert len(named) == sum(taken) == LONGEST_TOGETHER // 111


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://LMS.example.edu/moodle?x=1", "https://lms.example.edu"),
        ("https://lms.example.edu:8443/", "https://lms.example.edu:8443"),
        ("https://lms.example.edu:443", "https://lms.example.edu"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]"),
        ("https://例え.jp/moodle", "https://xn--r8jz45g.jp"),
        ("https://ÉCOLE.example:8443", "https://xn--cole-9oa.example:8443"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(given: str, origin: str) -> None:
    assert origin_of(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        *("", "*", "https://", "https://*", "https://*.example.edu", "http://lms.example.edu", "file:///etc/passwd"),
        *("https://a b.example", "https://a;script-src *", "https://a,b", "https://a:port", "https://user@a.example"),
        *("javascript:alert(1)", "https://" + "a" * 300, "https://straße.example", "https://['", "data:text/html,x"),
        *(
            "https://x *",
            "https://a;sandbox",
            "https://a[b]",
            "https://a:b:443",
            "https://\ud800.example",
            "https://é" * 90,
        ),
    ],
)
def test_what_could_widen_the_header_is_no_origin(given: str) -> None:
    with pytest.raises(NoOrigin):
        origin_of(given)
