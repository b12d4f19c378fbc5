"""The page of an organisation from its first stop to its last without a mouse, and where the focus is can be seen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import campus
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR

__all__ = ["campus"]

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]

MOST_STOPS = 120
STOP = """(() => {
  const one = document.activeElement, near = [one, ...(one.labels || []), one.closest('.la-chip, .ag-cell, .la-field')];
  const look = () => near.filter(Boolean).map((at) => [getComputedStyle(at), getComputedStyle(at, '::after')]
    .map((style) => [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow].join(' '))).join();
  const marked = (style) => style.boxShadow !== 'none'
    || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && !/, 0\\)$/.test(style.outlineColor));
  const name = (one.id || one.innerText || one.className || one.tagName).trim().split('\\n')[0];
  const seen = near.filter(Boolean).some((at) => marked(getComputedStyle(at)));
  const last = window.laStop, same = last && last.one !== one && last.one.isConnected && last.look() === last.seen;
  window.laStop = { one, name, look, seen: look() };
  return [seen ? '' : `${name}: no mark`, same ? `${last.name}: the mark is always there` : ''].filter(Boolean);
})()"""
"""What is wrong with how the focus shows: where it is now, and whether it has left where it was before."""


def press_on(page: Page, key: str) -> None:
    """One key, after which the focus can be seen."""
    page.keyboard.press(key)
    assert page.evaluate(STOP) == []


def go_on_to(page: Page, there: str) -> None:
    """By Tab from stop to stop."""
    for _stop in range(MOST_STOPS):
        press_on(page, "Tab")
        if page.evaluate("(there) => document.activeElement.matches(there)", there):
            return
    raise AssertionError(f"{there} is not among the next {MOST_STOPS} stops")


@pytest.fixture
def institution(open_as: OpenAs, service: Service) -> Page:
    """The page, with the focus on its skip link."""
    page = open_as(ADMINISTRATOR, service.organisation(), fresh=True)
    page.wait_for_selector("#institution-courses .ag-row a")
    page.wait_for_selector("#institution-days .main-svg")
    press_on(page, "Tab")
    expect(page.locator(".la-skip")).to_be_focused()
    return page


def test_the_filters_the_list_and_the_span_of_time_are_reached_and_used_without_a_mouse(
    institution: Page, service: Service
) -> None:
    page = institution
    page.keyboard.press("Enter")
    go_on_to(page, "#institution-unit")
    page.keyboard.press("s")
    page.wait_for_url(re.compile("unit=Science"))
    go_on_to(page, "#institution-first")
    page.keyboard.type("01052026")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("from=2026-01-05"))
    go_on_to(page, "#institution-last")

    go_on_to(page, "#institution-span input")
    press_on(page, "ArrowRight")
    page.wait_for_url(re.compile("by=week"))
    expect(page.locator("#institution-span label.on")).to_have_text("Weeks")


def test_a_row_of_the_courses_opens_the_course_by_enter(institution: Page, service: Service) -> None:
    page = institution
    page.keyboard.press("Enter")
    go_on_to(page, "#institution-courses .ag-header-cell")
    # One stop, however many rows it has: arrows go about in it.
    press_on(page, "Tab")
    in_list = "document.activeElement.closest('#institution-courses') !== null"
    assert not page.evaluate(in_list)
    press_on(page, "Shift+Tab")
    assert page.evaluate(in_list)
    page.locator("#institution-courses .ag-header-cell").first.focus()
    press_on(page, "ArrowDown")
    press_on(page, "ArrowDown")
    row = page.locator("#institution-courses .ag-row:has(.ag-cell-focus)")
    expect(row).to_have_count(1)
    href = row.locator("a").get_attribute("href")
    page.keyboard.press("Enter")

    page.wait_for_selector("#classroom-page:not(.la-loading)")
    assert page.url == f"{service.base}{href}"


@pytest.mark.long
def test_the_menu_of_a_card_its_definition_and_its_table_open_without_a_mouse(institution: Page) -> None:
    page = institution
    page.keyboard.press("Enter")
    go_on_to(page, "article:has(#institution-tree) .la-menu summary")
    summary = page.locator("article:has(#institution-tree) .la-menu summary")
    for entry, opened in (("[data-la-opens]", "#institution-tree-definition"), ("[data-la-table]", "#la-data-table")):
        page.keyboard.press("Enter")
        go_on_to(page, f"article:has(#institution-tree) .la-pop {entry}")
        page.keyboard.press("Enter")
        dialog = page.locator(opened)
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(summary).to_be_focused()
