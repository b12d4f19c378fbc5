"""In whatever order scripts and answers come, and whichever fail at first, a page's charts and list are drawn."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser.service import Service, until

pytestmark = pytest.mark.browser
LAYOUT, DEPENDENCIES, ANSWERS = "/_dash-layout", "/_dash-dependencies", "/_dash-update-component"
PLOTLY, CHARTS = "/plotly-cartesian.min.js", "/async-graph.js"
LISTS = "/async-community.js"
DRAWN = """[...document.querySelectorAll('.la-page:not(.la-loading) .la-plot')]
  .filter((one) => one.checkVisibility() && !one.closest('.la-further'))
  .filter((one) => !one.querySelector('.la-over')?.childElementCount)
  .every((one) => one.querySelector('.trace, .hm image'))
  && document.querySelectorAll('.la-page:not(.la-loading) .la-plot .main-svg').length >= 3
  && document.querySelector('#classroom-learners .ag-row')"""


def part_of(request: Request) -> str:
    """Which part of a page a request asks for: its path, or what its answer is for."""
    path = urlsplit(request.url).path
    if path == ANSWERS:
        body = request.post_data or ""
        return "router" if '"_pages_content"' in body else "data" if '"classroom-lead"' in body else "other"
    return path


def is_part(request: Request, part: str) -> bool:
    found = part_of(request)
    return part == found or (part.startswith("/") and part in found)


@pytest.mark.parametrize(
    ("last", "before"),
    [
        (PLOTLY, "document.querySelector('#classroom-learners .ag-row')"),
        (CHARTS, "window.Plotly?.version"),
        (LISTS, "window.Plotly?.version && document.querySelector('.la-page')"),
        (DEPENDENCIES, "window.Plotly?.version"),
    ],
)
def test_whatever_comes_last_everything_is_drawn(service: Service, page: Page, last: str, before: str) -> None:
    held: list[Route] = []
    has_come = False

    def hold(route: Route) -> None:
        if is_part(route.request, last) and not has_come:
            held.append(route)
        else:
            route.continue_()

    service.sign_in(page, "Tess Thorne")
    page.route("**/*", hold)
    page.goto(service.base + service.course("ALG 1"), wait_until="commit")
    until(page, before)
    assert held
    has_come = True
    for route in held:
        route.continue_()

    until(page, DRAWN)


def test_what_fails_at_first_is_asked_for_again(service: Service, page: Page, page_errors: list[str]) -> None:
    missing = {PLOTLY, LAYOUT, "router", "data"}

    def fail_once(route: Route) -> None:
        part = next((one for one in missing if is_part(route.request, one)), None)
        if part is None:
            route.continue_()
            return
        missing.discard(part)
        if part == "router":
            route.fulfill(status=503, body="")
        else:
            route.abort()

    service.sign_in(page, "Tess Thorne")
    page.route("**/*", fail_once)
    page.goto(service.base + service.course("ALG 1"), wait_until="commit")
    until(page, DRAWN)

    assert not missing
    page_errors[:] = [error for error in page_errors if "Failed to load" not in error]
