"""What lists say in figures and a few words is never cut, whichever language says it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import campus
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR

__all__ = ["campus"]

pytestmark = pytest.mark.browser
LONG = ("code", "name", "why")
"""Columns of names and sentences, which say all of it elsewhere too."""
CUT = """(long) => [...document.querySelectorAll('.ag-cell')].filter((cell) => cell.checkVisibility())
  .filter((cell) => !long.includes(cell.getAttribute('col-id')))
  .filter((cell) => [cell, ...cell.querySelectorAll('*')].some((one) =>
    getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1))
  .map((cell) => `${cell.getAttribute('col-id')}: ${cell.textContent}`)"""


@pytest.mark.long
@pytest.mark.parametrize("locale", ["en", "de", "es", "fr", "ar"])
def test_no_figure_in_the_list_of_courses_is_cut(service: Service, open_as: Callable[..., Page], locale: str) -> None:
    page = open_as(ADMINISTRATOR, f"{service.organisation()}?locale={locale}", fresh=True)
    expect(page.locator("#institution-courses .ag-row").first).to_be_visible()
    assert page.evaluate(CUT, LONG) == []
