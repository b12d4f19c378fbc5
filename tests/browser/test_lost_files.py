"""Whichever file of a page is lost at first, the page asks for it again, and all that belongs on it is drawn."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SLOW
from tests.browser.service import Service, until
from tests.browser.test_orders import CHARTS, DRAWN, LATE_LISTS, PLOTLY

pytestmark = pytest.mark.browser
STYLED = "[...document.styleSheets].some((one) => one.href && one.cssRules.length > 100)"
MISSING = "#la-missing"


def lose(page: Page, part: str, times: int) -> list[str]:
    """Has the first requests for a file fail; the list grows with every request for it."""
    asked: list[str] = []

    def fail(route: Route) -> None:
        asked.append(urlsplit(route.request.url).path)
        if len(asked) <= times:
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(re.escape(part)), fail)
    return asked


def visit(service: Service, page: Page) -> None:
    service.sign_in(page, "Tess Thorne")
    page.goto(service.base + service.course("ALG 1"), wait_until="commit")


@pytest.mark.parametrize(
    "part",
    [
        "/joined/first.",
        pytest.param("/joined/pages.", marks=pytest.mark.long),
        pytest.param("/joined/pages-ltr.", marks=pytest.mark.long),
        pytest.param("/react@", marks=pytest.mark.long),
        pytest.param("/dash_ag_grid.", marks=pytest.mark.long),
        pytest.param("/dash_renderer.", marks=pytest.mark.long),
        pytest.param(PLOTLY, marks=pytest.mark.long),
    ],
)
def test_a_lost_file_is_asked_for_again(service: Service, page: Page, page_errors: list[str], part: str) -> None:
    asked = lose(page, part, 1)
    visit(service, page)
    # The document may come anew.
    page.wait_for_selector("#classroom-learners .ag-row", timeout=SLOW)
    until(page, DRAWN)
    until(page, STYLED)

    assert len(asked) > 1
    expect(page.locator(MISSING)).to_have_count(0)
    # Chromium notes what failed, and so do the scripts that ran without another before the document came anew.
    page_errors.clear()


@pytest.mark.long
@pytest.mark.parametrize(("part", "times"), [(CHARTS, 2), (LATE_LISTS, 3)])
def test_a_lost_part_of_a_component_is_asked_for_again(
    service: Service, page: Page, page_errors: list[str], part: str, times: int
) -> None:
    # The first request is the one ahead, by the document.
    asked = lose(page, part, times)
    visit(service, page)
    until(page, DRAWN)

    assert len(asked) == times + 1
    expect(page.locator(MISSING)).to_have_count(0)
    assert [error for error in page_errors if "Failed to load" not in error] == []
    page_errors.clear()


@pytest.mark.long
def test_a_file_that_does_not_come_for_long_is_said_to_be_missing(
    service: Service, page: Page, page_errors: list[str]
) -> None:
    lost = True

    def fail(route: Route) -> None:
        if lost:
            route.abort()
        else:
            route.continue_()

    page.route("**/async-graph.js*", fail)
    visit(service, page)
    said = page.locator(MISSING)
    expect(said).to_contain_text("Parts of this page have not come yet.")
    expect(said.get_by_role("button", name="Load again")).to_be_visible()
    lost = False

    until(page, DRAWN)
    expect(said).to_have_count(0)
    page_errors.clear()
