"""A database that keeps its connections and answers nothing: words, nobody waits for ever, and pages recover."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import Database, database_from
from tests.browser.conftest import SLOW
from tests.browser.service import Service, until
from tests.browser.test_database_away import FILLED, MISSING, open_page
from tests.browser.test_orders import DRAWN
from tests.campus import Campus
from tests.relay import Relay, relay_to
from tests.served import application_on, serving, web_settings

pytestmark = [pytest.mark.browser, pytest.mark.long]


def beyond(relay: Relay, database: Database) -> Database:
    """The same database, reached through a relay."""
    url = database.url.set(host="127.0.0.1", port=relay.port).difference_update_query(["host", "port"])
    return database_from(web_settings(Database(url)))


@pytest.fixture
def relay(studied_campus: Campus) -> Iterator[Relay]:
    """A relay to the test's own database."""
    folder, port = studied_campus.database.url.query["host"], studied_campus.database.url.port or 5432
    with relay_to(Path(str(folder)) / f".s.PGSQL.{port}") as made:
        yield made


@pytest.fixture
def served(studied_campus: Campus, relay: Relay) -> Iterator[Service]:
    """The service, which reaches its database through the relay."""
    expect.set_options(timeout=SLOW)
    database = beyond(relay, studied_campus.database)
    with application_on(database, studied_campus) as application, serving(application) as base:
        yield Service(base, studied_campus, application, None)
    database.close()


def test_a_page_says_that_its_data_are_awaited_and_nobody_waits_for_ever(
    served: Service, relay: Relay, page: Page, page_errors: list[str]
) -> None:
    open_page(served, page, "Tess Thorne", served.course("ALG 1"))
    page.evaluate("window.stillTheSamePage = true")
    with relay.hanging():
        # A choice, whose data cannot be read.
        page.evaluate("dash_clientside.set_props('classroom-level', { value: 'help' })")
        expect(page.locator(MISSING)).to_contain_text("Parts of this page have not come yet.")
        expect(page.locator("#shell-live")).not_to_have_attribute("data-state", "live")
        expect(page.locator("body")).not_to_contain_text("Traceback")
        assert page.evaluate("document.querySelector('.la-page:not([hidden]) .la-plot .main-svg') !== null")

        assert page.request.get(f"{served.base}/health/live", timeout=SLOW).status == 200
        assert page.request.get(f"{served.base}/health", timeout=SLOW).status == 503
        # The data that were asked for are given up, and asked for again.
        with page.expect_response(lambda answer: "_dash-update-component" in answer.url and answer.status == 503):
            pass

    until(page, f"{FILLED} && ({DRAWN})")
    expect(page.locator("#shell-live")).not_to_have_attribute("data-state", "offline")
    assert page.evaluate("window.stillTheSamePage") is True
    page_errors.clear()
