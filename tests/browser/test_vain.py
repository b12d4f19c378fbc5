"""A page that is told of a version asks for its data: again where they do not show it yet, and whatever else comes at
the same moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Page, Request, Route

from tests.browser.service import Service, calm, until

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
RATE = timedelta(seconds=2)
LISTEN = """() => {
  const clientside = dash_clientside, { ask } = clientside.live, set = clientside.set_props, plain = window.fetch;
  set('shell-tick', { disabled: true });
  Object.assign(window, { laTold: () => {}, laAsked: 0, laFilled: 0, laTicked: 0 });
  window.fetch = async (input, given) => {
    const answer = await plain(input, given);
    if (String(input).includes('/live?')) setTimeout(() => window.laTold(window.laAsked));
    return answer;
  };
  clientside.set_props = (id, props) => {
    if (id === 'shell-version') window.laAsked += 1;
    set(id, props);
  };
  clientside.live.ask = (...given) => {
    const byTopic = clientside.callback_context.triggered_id === 'shell-topic';
    ask(...given);
    if (byTopic) window.laFilled += 1;
    else window.laTicked = given[0];
  };
}"""
"""From now on the page ticks when it is told to, and counts how often it has asked for data and was filled by them."""
TICK = """(number) => new Promise((resolve) => {
  window.laTold = resolve;
  dash_clientside.set_props('shell-tick', { n_intervals: number });
})"""
AT_REST = "!dash_stores.some((store) => store.getState().isLoading)"
"""Whether Dash has done all that came of the data."""


def asks_for_data(request: Request) -> bool:
    return "classroom-page.className" in (request.post_data or "")


def tell(route: Route, version: str) -> None:
    """Answers as the service does, but for the version."""
    answer: APIResponse = route.fetch()
    route.fulfill(response=answer, status=200, headers={**answer.headers, "etag": f'"{version}"'})


class Ticks:
    """A page whose clock moves on by one tick at a time."""

    def __init__(self, page: Page) -> None:
        """The page is filled, and asks nothing by itself from here on."""
        self._page, self._begun, self._number = page, datetime.now(UTC), 0
        page.clock.set_fixed_time(self._begun)
        page.evaluate(LISTEN)

    def asks(self) -> bool:
        """Whether the next tick makes the page ask for data; they have come then."""
        self._number += 1
        self._page.clock.set_fixed_time(self._begun + self._number * RATE)
        asked, filled = self._page.evaluate("[window.laAsked, window.laFilled]")
        asks: bool = self._page.evaluate(TICK, self._number) > asked
        if asks:
            until(self._page, f"window.laFilled > {filled} && {AT_REST}")
        return asks


@pytest.mark.long
def test_a_page_asks_ever_less_often_for_data_that_do_not_show_what_it_was_told_of(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    page.wait_for_selector("#classroom-days .main-svg")
    calm(page)
    versions, data = ["ahead"], []
    page.route("**/live?*", lambda route: tell(route, versions[-1]))
    page.on("request", lambda request: data.append(request) if asks_for_data(request) else None)
    ticks = Ticks(page)

    assert [number for number in range(1, 34) if ticks.asks()] == [1, 2, 4, 8, 16, 32]
    assert len(data) == 6
    # What is newer still is asked for at once, and then as patiently.
    versions.append("further ahead")
    assert [number for number in range(1, 9) if ticks.asks()] == [1, 2, 4, 8]
    # What the data show is not asked for.
    page.unroute("**/live?*")
    assert [number for number in range(1, 9) if ticks.asks()] == []
    assert len(data) == 10


@pytest.fixture
def held(open_as: OpenAs, service: Service) -> tuple[Page, list[Route]]:
    """A page that has asked whether there is news, and waits for the answer for as long as it takes."""
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    page.wait_for_selector("#classroom-days .main-svg")
    calm(page)
    page.evaluate(LISTEN)
    page.evaluate("AbortSignal.timeout = () => new AbortController().signal")
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    page.route("**/live?*", hold)
    with page.expect_request("**/live?*"):
        page.evaluate(f"({TICK})(1) && null")
    return page, routes


def test_a_choice_is_filled_in_while_the_page_waits_for_news(held: tuple[Page, list[Route]]) -> None:
    page, routes = held
    filled = page.evaluate("window.laFilled")

    page.evaluate("dash_clientside.set_props('classroom-level', { value: 'help' })")
    until(page, f"window.laFilled > {filled}")

    with page.expect_request(asks_for_data):
        for route in routes:
            tell(route, "ahead")


def test_news_are_asked_for_however_often_the_page_ticks_before_it_is_told(held: tuple[Page, list[Route]]) -> None:
    page, routes = held

    for number in (2, 3):
        page.evaluate("(number) => dash_clientside.set_props('shell-tick', { n_intervals: number })", number)
        until(page, f"window.laTicked >= {number}")

    with page.expect_request(asks_for_data):
        for route in routes:
            tell(route, "ahead")
