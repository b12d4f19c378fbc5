"""A page that nobody sees asks nothing; one that comes back asks at once, whatever was under way before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import SLOW
from tests.browser.service import Service, calm, until
from tests.browser.test_vain import LISTEN, TICK, asks_for_data, tell

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
MINUTE = timedelta(minutes=1) // timedelta(milliseconds=1)
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def is_live(address: str) -> bool:
    return urlsplit(address).path == "/live"


def frozen_and_resumed(page: Page) -> None:
    """As a browser does to save energy; a headless one tells nobody when it is made to."""
    page.evaluate("document.dispatchEvent(new Event('resume')) && null")


def left_and_come_back_to(page: Page) -> None:
    """As by the button for the way back, where the browser has kept the page."""
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) && null")


@pytest.mark.long
def test_a_hidden_page_asks_nothing_for_a_minute_and_once_at_once_when_it_is_shown(
    new_page: Callable[..., Page], service: Service
) -> None:
    page = new_page()
    page.set_default_timeout(SLOW)
    service.sign_in(page, "Ada Abel")
    page.clock.install()
    page.goto(f"{service.base}/me")
    page.wait_for_selector("#student-page:not(.la-loading)")
    calm(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if is_live(request.url) else None)
    # Of a page that is seen, the same minute has ticks.
    with page.expect_response(lambda answer: is_live(answer.url)):
        page.clock.run_for(MINUTE)

    page.evaluate(HIDE, True)
    asked.clear()
    page.clock.run_for(MINUTE)
    assert asked == []

    # The next tick by itself would come in an hour.
    page.evaluate("dash_clientside.set_props('shell-tick', { interval: 3600000 })")
    with page.expect_response(lambda answer: is_live(answer.url)):
        page.evaluate(HIDE, False)
    assert len(asked) == 1


@pytest.mark.parametrize("wake", [frozen_and_resumed, pytest.param(left_and_come_back_to, marks=pytest.mark.long)])
def test_a_page_that_is_woken_does_not_wait_for_what_was_under_way(
    open_as: OpenAs, service: Service, wake: Callable[[Page], None]
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    page.wait_for_selector("#classroom-days .main-svg")
    calm(page)
    versions, held = ["ahead"], []

    def hold(route: Route) -> None:
        if asks_for_data(route.request):
            held.append(route)
        else:
            route.continue_()

    page.route("**/live?*", lambda route: tell(route, versions[-1]))
    page.route("**/_dash-update-component*", hold)
    # For whoever does not come back to the page, the data stay under way.
    page.clock.set_fixed_time(datetime.now(UTC))
    page.evaluate(LISTEN)
    assert page.evaluate(TICK, 1) == 1
    versions.append("further ahead")
    assert page.evaluate(TICK, 2) == 1, "the data of the version before are under way"

    wake(page)

    until(page, "window.laAsked === 2")
    for route in held:
        route.continue_()
