"""A page that is left open keeps nothing of the updates that have come."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.heap import INTERPRETED, Kept, growth, kept
from tests.browser.service import Service, until
from tests.conftest import CHROMIUM_OPTIONS
from tests.servers import headless_chromium

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(1200)]
NAMES = ("Ada Abel", "Ben Brook", "Cleo Cole", "Dora Dean", "Eli Ellis", "Fay Ford", "Gil Gray", "Hue Hall")
WARM, UPDATES, EVERY = 10, 32, 4
MOST_BYTES = 8_000
"""Of the heap, by each update: 700 updates an hour would be less than 6 MB."""
COUNT = """() => {
  window.laUpdates = 0;
  document.querySelector('#classroom-days .js-plotly-plot').on('plotly_afterplot', () => { window.laUpdates += 1; });
}"""
LEAK = """() => {
  const all = [];
  window.laNeverEnding = all;
  document.querySelector('#classroom-days .js-plotly-plot').on('plotly_afterplot', () => {
    const figures = [...document.querySelectorAll('.js-plotly-plot')].map(({ data, layout }) => ({ data, layout }));
    const node = document.createElement('p');
    node.addEventListener('click', () => all.length);
    all.push([node, JSON.parse(JSON.stringify(figures))]);
  });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that compiles nothing, see `benchmarks.heap`."""
    with sync_playwright() as playwright:
        arguments = [*CHROMIUM_OPTIONS, INTERPRETED]
        opened = playwright.chromium.launch(executable_path=headless_chromium(), args=arguments)
        yield opened
        opened.close()


def watched(page: Page, service: Service) -> Sequence[Kept]:
    """What the page keeps, again and again, while what learners do changes its data."""
    session = page.context.new_cdp_session(page)
    page.wait_for_selector("#classroom-days .main-svg")
    page.evaluate(COUNT)
    seen = []
    for number in range(1, WARM + UPDATES + 1):
        before = page.evaluate("window.laUpdates")
        service.post(service.campus.view(NAMES[number % len(NAMES)]))
        until(page, f"window.laUpdates > {before}")
        if number > WARM and number % EVERY == 0:
            seen.append(kept(session, number))
    return seen


def test_an_open_page_keeps_nothing_of_the_updates_that_have_come(
    open_as: Callable[..., Page], service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)

    seen = watched(page, service)

    assert growth(seen, "heap") < MOST_BYTES, seen
    assert growth(seen, "nodes") < 1, seen
    assert growth(seen, "listeners") < 1, seen


def test_a_script_that_keeps_every_update_is_found_out(open_as: Callable[..., Page], service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    page.wait_for_selector("#classroom-days .main-svg")
    page.evaluate(LEAK)

    seen = watched(page, service)

    assert growth(seen, "heap") > MOST_BYTES, seen
    assert growth(seen, "nodes") >= 1, seen
    assert growth(seen, "listeners") >= 1, seen
