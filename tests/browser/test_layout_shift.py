"""Nothing on a page moves while it is filled: what will come has its place from the start."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import campus
from tests.browser.service import Service, until
from tests.campus import ADMINISTRATOR

__all__ = ["campus"]

pytestmark = [pytest.mark.browser, pytest.mark.long]

MOST = 0.05
"""What counts as good everywhere is twice as much."""
DRAWN = """[...document.querySelectorAll('.la-page .la-plot')]
  .filter((plot) => !plot.closest('.la-further') && plot.checkVisibility())
  .every((plot) => plot.querySelector('.la-over > *, .cartesianlayer .trace, .cartesianlayer .hm image'))
  && [...document.querySelectorAll('.la-page .la-table-grid')].filter((list) => list.checkVisibility())
  .every((list) => list.querySelector('.ag-row'))"""
SHIFTS = """(() => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type: 'layout-shift', buffered: true });
  const place = ({ node, previousRect, currentRect }) =>
    `${node?.id || node?.className || node?.nodeName} from ${previousRect.y} to ${currentRect.y}`;
  return observer.takeRecords().filter((one) => !one.hadRecentInput).map((one) => [one.value, one.sources.map(place)]);
})()"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    ("who", "course"),
    [("Ada Abel", None), ("Tess Thorne", None), (ADMINISTRATOR, None), (ADMINISTRATOR, "ALG 1")],
)
def test_a_page_does_not_move_while_it_is_filled(
    service: Service, open_as: Callable[..., Page], who: str, course: str | None, width: int
) -> None:
    path = service.course(course) if course else "/"
    # A service that has only just started says for a moment that it receives nothing yet.
    expect(open_as("Ada Abel", "/").locator(".la-notice")).to_be_empty()
    page = open_as(who, path, fresh=True, viewport={"width": width, "height": 900})
    until(page, DRAWN)

    shifts = page.evaluate(SHIFTS)

    assert sum(value for value, _where in shifts) <= MOST, shifts
