"""The three pages in Arabic, in both themes, on a phone and on a wide screen: everything stands mirrored and whole."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import WAITING, campus
from tests.browser.service import Service, until
from tests.campus import ADMINISTRATOR

__all__ = ["campus"]

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(600)]

PAGES = {"student": "Ada Abel", "classroom": "Tess Thorne", "institution": ADMINISTRATOR}
FEWEST = {"student": 4, "classroom": 8, "institution": 6}
"""Charts that are drawn at least, those of small groups and of what nobody has sent left out."""
DRAWN = """[...document.querySelectorAll('.la-page .la-plot')].filter((plot) => plot.checkVisibility())
  .filter((plot) => !plot.querySelector('.la-over > *') && plot.querySelector('.trace, .hm image')).length"""
BEYOND = """(() => {
  const root = document.documentElement, wide = root.clientWidth;
  const apart = '.js-plotly-plot, #js-plotly-tester, .ag-root, dialog, .la-filters, .la-tabbar, .la-tabs, .btn-check';
  const out = (box) => box.width && (box.right > wide + 1 || box.left < -1);
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(apart))
    .filter((one) => !['hidden', 'auto', 'scroll', 'clip'].includes(getComputedStyle(one.parentElement).overflowX))
    .filter((one) => out(one.getBoundingClientRect()))
    .map((one) => `${one.tagName} ${one.id || one.className}`);
})()"""
"""What stands beyond the edges of the page, on either side; but not what is scrolled, or seen by nobody."""
HEADS = """[...document.querySelectorAll('.la-table-grid')].filter((grid) => grid.checkVisibility()).map((grid) =>
  [...grid.querySelectorAll('.ag-header-cell')].filter((one) => one.getBoundingClientRect().width)
    .sort((one, other) => one.ariaColIndex - other.ariaColIndex).map((one) => one.getBoundingClientRect().right))"""
"""Per list, where the columns end at the right, in their order."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_arabic_runs_from_right_to_left_and_nothing_sticks_out(
    service: Service, open_as: Callable[..., Page], name: str, theme: str
) -> None:
    paths = {"student": "/me", "classroom": service.course("ALG 1"), "institution": service.organisation()}
    for width in (1280, 320):
        wide = {"width": width, "height": 900}
        page = open_as(PAGES[name], f"{paths[name]}?locale=ar", viewport=wide, color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(".la-further.la-loading")).to_have_count(0)
        until(page, f"{WAITING}.length === 0")

        assert page.evaluate(DRAWN) >= FEWEST[name], f"charts at {width} px"
        until(page, f"document.documentElement.scrollWidth <= {width}")
        assert page.evaluate(BEYOND) == [], f"at {width} px"
        if name != "student":
            until(page, f"{HEADS}.some((heads) => heads.length)")
        for heads in page.evaluate(HEADS):
            assert heads == sorted(heads, reverse=True), f"the first column is not at the right at {width} px"
            assert heads[0] > width / 2
