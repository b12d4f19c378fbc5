"""A process that answers ticks may know of a version that the data do not show yet: a page asks again for them, and
then after twice as long each time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Page, Route

from tests.browser.service import Service, calm, until

pytestmark = pytest.mark.browser
RATE = timedelta(seconds=2)
LISTEN = """() => {
  const live = dash_clientside.live, plain = live.ask;
  const ticked = () => dash_clientside.callback_context.triggered_id === 'shell-tick';
  dash_clientside.set_props('shell-tick', { disabled: true });
  Object.assign(window, { laTold: () => {}, laFilled: 0 });
  live.ask = (...given) => {
    const byTick = ticked(), answer = plain(...given);
    if (byTick) answer.then((version) => window.laTold(version !== dash_clientside.no_update));
    else window.laFilled += 1;
    return answer;
  };
}"""
"""From now on the page ticks when it is told to, and says what came of it."""
TICK = """(number) => new Promise((resolve) => {
  window.laTold = resolve;
  dash_clientside.set_props('shell-tick', { n_intervals: number });
})"""


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
        filled = self._page.evaluate("window.laFilled")
        asked = bool(self._page.evaluate(TICK, self._number))
        if asked:
            until(self._page, f"window.laFilled === {filled + 1}")
        return asked


def test_a_page_asks_ever_less_often_for_data_that_do_not_show_the_version_it_was_told_of(
    open_as: Callable[..., Page], service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    page.wait_for_selector("#classroom-days .main-svg")
    calm(page)
    told, data = ["ahead"], []

    def ahead(route: Route) -> None:
        answer: APIResponse = route.fetch()
        route.fulfill(response=answer, status=200, headers={**answer.headers, "etag": f'"{told[-1]}"'})

    page.route("**/live?*", ahead)
    page.on(
        "request", lambda asked: data.append(asked) if "classroom-page.className" in (asked.post_data or "") else None
    )
    ticks = Ticks(page)

    assert [number for number in range(1, 34) if ticks.asks()] == [1, 2, 4, 8, 16, 32]
    assert len(data) == 6
    # What is newer still is asked for at once, and then as patiently.
    told.append("further ahead")
    assert [number for number in range(1, 9) if ticks.asks()] == [1, 2, 4, 8]
    # What the data show is not asked for.
    page.unroute("**/live?*")
    assert [number for number in range(1, 9) if ticks.asks()] == []
    assert len(data) == 10
