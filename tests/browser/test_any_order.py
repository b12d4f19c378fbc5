"""Sixty visits at which every answer of a page comes late and in an order drawn by lot: nothing on it stays blank."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from random import Random
from time import monotonic

import pytest
from playwright.sync_api import APIResponse, Page, Route

from tests.browser.large import campus
from tests.browser.service import WITHIN, Service
from tests.campus import ADMINISTRATOR

__all__ = ["campus"]

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(1800)]

VISITS = 20
MOST_S = 2.0
"""How long something is held at most."""
BLANKS = """(() => {
  const page = document.querySelector('.la-page:not(.la-loading)');
  if (!page) return ['the page'];
  const seen = (within, what) => [...within.querySelectorAll(what)].filter((one) => one.checkVisibility());
  const named = (one) => one.id || one.querySelector('[id]')?.id || one.className;
  const says = (one) => one.innerText.replaceAll('\\u00a0', ' ').trim();
  const drawn = (plot) => plot.querySelector('.la-over')?.childElementCount
    ? says(plot.querySelector('.la-over')) : plot.querySelector('.trace, .hm image');
  const lists = seen(page, '.la-table-grid').filter((one) => !one.querySelector('.ag-row .ag-cell'));
  const words = seen(page, '.la-body, .la-asof, .la-cells, h1, .la-lead, h2').filter((one) => !one.closest('dialog'));
  const chart = (one) => one.matches('.la-body') && one.querySelector('.la-plot');
  return [
    ...seen(page, '.la-sk').map((one) => `no words yet: ${named(one.parentElement)}`),
    ...seen(page, '.la-further.la-loading').map((one) => `not read: ${one.id}`),
    ...seen(page, '.la-plot').filter((one) => !drawn(one)).map((one) => `no chart: ${named(one)}`),
    ...lists.map((one) => `no rows: ${named(one)}`),
    ...words.filter((one) => !says(one) && !chart(one)).map((one) => `no text: ${named(one)}`),
    ...['shell-nav', 'shell-account'].filter((id) => !document.getElementById(id)?.childElementCount),
  ];
})()"""
"""What of the page has nothing in it."""
ALL_IS_NEAR = """(() => {
  if (window.laNear || !document.querySelector('[data-la-near]')) return;
  window.laNear = true;
  window.dispatchEvent(new Event('beforeprint'));
})()"""
"""As soon as the page is laid out, be it filled or not, what stands below its fold is asked for, too."""


@dataclass
class Shuffle:
    """Holds what a page asks for, each for a time drawn by lot: the question, or only its answer."""

    lot: Random
    held: list[tuple[float, Route, APIResponse | None]] = field(default_factory=list)

    def hold(self, route: Route) -> None:
        """Keeps it; of every other question to the service the answer, which then tells of an earlier moment."""
        # A document comes before everything that it names.
        if route.request.is_navigation_request():
            route.continue_()
            return
        late = self.lot.choice((0.0, self.lot.uniform(0, MOST_S / 5), self.lot.uniform(0, MOST_S)))
        answered = route.request.method == "POST" and self.lot.random() < 0.5
        answer = route.fetch() if answered else None
        self.held.append((monotonic() + late, route, answer))

    def let_go(self) -> None:
        """Those whose time has come go on."""
        now = monotonic()
        going = sorted((one for one in self.held if one[0] <= now), key=itemgetter(0))
        self.held = [one for one in self.held if one[0] > now]
        for _at, route, answer in going:
            if answer is None:
                route.continue_()
            else:
                route.fulfill(response=answer)


def blanks_after(page: Page, shuffle: Shuffle) -> list[str]:
    """What has stayed blank after everything has come; everything below the fold is asked for on the way."""
    deadline = monotonic() + WITHIN
    blanks = ["everything"]
    while (blanks or shuffle.held) and monotonic() < deadline:
        page.wait_for_timeout(10)
        shuffle.let_go()
        if not shuffle.held or shuffle.lot.random() < 0.1:
            page.evaluate(ALL_IS_NEAR)
            blanks = page.evaluate(BLANKS)
    return blanks


@pytest.mark.parametrize("who", ["Ada Abel", "Tess Thorne", ADMINISTRATOR])
def test_nothing_stays_blank_in_whatever_order_the_answers_come(
    service: Service, new_page: Callable[..., Page], who: str
) -> None:
    paths = {"Ada Abel": "/me", "Tess Thorne": service.course("ALG 1"), ADMINISTRATOR: service.organisation()}
    page = new_page(viewport={"width": 1280, "height": 900})
    service.sign_in(page, who)
    blank = {}
    for visit in range(VISITS):
        seed = f"{who} {visit}"
        shuffle = Shuffle(Random(seed))
        page.route("**/*", shuffle.hold)
        page.goto(service.base + paths[who], wait_until="commit")
        if found := blanks_after(page, shuffle):
            blank[seed] = found
        page.goto("about:blank")
        page.unroute_all()
    assert blank == {}, "by the seeds that lead to it"
