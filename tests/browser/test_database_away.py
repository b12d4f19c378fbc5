"""A database that goes away while a page is open, or before it is filled: words, and the page recovers by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import NullPool, create_engine, make_url

from tests.browser.conftest import SLOW
from tests.browser.service import Service, until
from tests.browser.test_orders import DRAWN
from tests.campus import ADMINISTRATOR, Campus
from tests.served import application_on, serving
from tests.servers import free_port

pytestmark = pytest.mark.browser
MISSING = "#la-missing"
ON_CARDS = """[...document.querySelectorAll('.la-page .la-card > .la-body')].filter((one) => one.checkVisibility())
  .every((one) => getComputedStyle(one, '::after').content.includes('Not here yet'))"""
FILLED = """document.querySelector('.la-page:not(.la-loading) .la-plot .main-svg')
  && !document.querySelector('#la-missing')"""


@pytest.fixture
def served(studied_campus: Campus) -> Iterator[Service]:
    """The service on a database of its own, which it does not share with other tests."""
    expect.set_options(timeout=SLOW)
    with application_on(studied_campus.database, studied_campus) as application, serving(application) as base:
        yield Service(base, studied_campus, application, None)


@contextmanager
def away(campus: Campus, admin_url: str) -> Iterator[None]:
    """The server ends all connections to the database and takes no new one."""
    name = campus.database.url.database
    engine = create_engine(make_url(admin_url), poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def allow(word: str) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS {word}')
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %(name)s", {"name": name}
            )

    allow("false")
    try:
        yield
    finally:
        allow("true")


def open_page(served: Service, page: Page, name: str, path: str) -> None:
    served.sign_in(page, name)
    page.goto(served.base + path)
    until(page, FILLED)


def test_a_page_whose_data_cannot_be_read_says_so_and_is_filled_later(
    served: Service, page: Page, page_errors: list[str], postgres_admin_url: str
) -> None:
    path = served.course("ALG 1")
    open_page(served, page, "Tess Thorne", path)

    with away(served.campus, postgres_admin_url):
        # The document and its data are asked for anew, as by a link within the page.
        page.evaluate("history.pushState({}, '', '/courses'); dispatchEvent(new Event('popstate'))")
        page.evaluate(f"history.pushState({{}}, '', '{path}'); dispatchEvent(new Event('popstate'))")
        expect(page.locator(MISSING)).to_contain_text("Parts of this page have not come yet.")
        expect(page.locator("body")).not_to_contain_text("Traceback")

    until(page, DRAWN)
    expect(page.locator(MISSING)).to_have_count(0)
    page_errors.clear()


@pytest.mark.long
@pytest.mark.parametrize("page_of", ["student", "classroom", "institution"])
def test_an_open_page_stays_and_goes_on(
    served: Service, page: Page, page_errors: list[str], postgres_admin_url: str, page_of: str
) -> None:
    name, path = {
        "student": ("Ada Abel", "/me"),
        "classroom": ("Tess Thorne", served.course("ALG 1")),
        "institution": (ADMINISTRATOR, served.organisation()),
    }[page_of]
    open_page(served, page, name, path)
    badge = page.locator("#shell-live")

    with away(served.campus, postgres_admin_url):
        expect(badge).to_have_attribute("data-state", "late")
        assert page.evaluate("document.querySelector('.la-page:not([hidden]) .la-plot .main-svg') !== null")
        expect(page.locator("body")).not_to_contain_text("Traceback")

    # Nobody brings events in here, so that it is the lag which has to end.
    until(page, FILLED)
    with page.expect_response(lambda answer: "/live" in answer.url and answer.status in (200, 304)):
        pass
    page_errors.clear()


@pytest.mark.long
@pytest.mark.parametrize("path", ["/me", "classroom"])
def test_cards_say_that_their_data_are_awaited(
    served: Service, page: Page, page_errors: list[str], postgres_admin_url: str, path: str
) -> None:
    name, path = ("Ada Abel", path) if path == "/me" else ("Tess Thorne", served.course("ALG 1"))
    served.sign_in(page, name)
    shut = away(served.campus, postgres_admin_url)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/_dash-update-component*", hold)
    page.goto(served.base + path, wait_until="commit")
    until(page, "document.readyState === 'complete'")
    with shut:
        page.unroute_all(behavior="ignoreErrors")
        for route in held:
            route.continue_()
        expect(page.locator(MISSING)).to_be_visible()
        until(page, ON_CARDS)
    until(page, FILLED)
    page_errors.clear()


@pytest.mark.long
def test_a_document_that_cannot_be_given_out_is_asked_for_again(
    served: Service, page: Page, page_errors: list[str], postgres_admin_url: str
) -> None:
    served.sign_in(page, "Ada Abel")
    served.application.guard.sessions.stop()
    with away(served.campus, postgres_admin_url):
        answer = page.goto(f"{served.base}/me")
        assert answer is not None
        if answer.status == 503:
            assert answer.headers["refresh"] == "10"
            expect(page.get_by_role("heading", level=1)).to_have_text("This page does not open now")
    until(page, FILLED)
    page_errors.clear()


@pytest.mark.long
def test_a_page_goes_on_when_the_web_process_is_started_anew(
    studied_campus: Campus, page: Page, page_errors: list[str]
) -> None:
    port = free_port()
    with application_on(studied_campus.database, studied_campus) as application:
        with serving(application, port) as base:
            served = Service(base, studied_campus, application, None)
            open_page(served, page, "Tess Thorne", served.course("ALG 1"))
            page.evaluate("window.stillTheSamePage = true")
        expect(page.locator("#shell-live")).to_have_attribute("data-state", "offline")
    with application_on(studied_campus.database, studied_campus) as anew, serving(anew, port):
        with page.expect_response(lambda answer: "/live" in answer.url and answer.status in (200, 304)):
            pass
        expect(page.locator("#shell-live")).not_to_have_attribute("data-state", "offline")
        until(page, FILLED)
        assert page.evaluate("window.stillTheSamePage") is True
    page_errors.clear()
