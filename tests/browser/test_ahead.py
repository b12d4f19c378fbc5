"""What Dash's renderer asks for first is asked for while the scripts of the page are still on their way."""

from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser.service import Service

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
FIRST = ("/_dash-layout", "/_dash-dependencies")
STARTS = """(name) => performance.getEntriesByType('resource')
  .filter((one) => one.name.split('?')[0].endsWith(name)).map((one) => one.startTime)"""
PARSED = "performance.getEntriesByType('navigation')[0].domInteractive"


def test_the_first_questions_are_asked_once_and_before_the_document_is_read(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    page.wait_for_selector("#classroom-days .main-svg")
    parsed = page.evaluate(PARSED)

    for name in FIRST:
        (start,) = page.evaluate(STARTS, name)
        assert start < parsed
    router, *_others = page.evaluate(STARTS, "/_dash-update-component")
    assert router < parsed


def test_a_question_that_failed_ahead_is_asked_once_more(service: Service, page: Page, page_errors: list[str]) -> None:
    service.sign_in(page, "Tess Thorne")
    seen: Counter[str] = Counter()

    def fail_once(route: Route) -> None:
        path = urlsplit(route.request.url).path
        seen[path] += 1
        if seen[path] == 1:
            route.abort()
        else:
            route.continue_()

    for name in (*FIRST, "/_dash-update-component"):
        page.route(f"**{name}*", fail_once)
    page.goto(service.base + service.course("ALG 1"))
    page.wait_for_selector("#classroom-days .main-svg")

    assert [seen[name] for name in FIRST] == [2, 2]
    page_errors[:] = [error for error in page_errors if "ERR_FAILED" not in error]


def test_the_page_at_the_address_is_asked_for_once(service: Service, new_page: Callable[..., Page]) -> None:
    page = new_page()
    service.sign_in(page, "Tess Thorne")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))

    page.goto(f"{service.base}{service.course('ALG 1')}?level=calm")
    page.wait_for_selector("#classroom-days .main-svg")

    assert sum('"_pages_content"' in body for body in asked) == 1
