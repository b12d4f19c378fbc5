"""All reasons of a learner can be read by keyboard and by touch, however many columns the list has."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_the_reasons_of_a_row_stand_below_the_list_for_keyboard_and_touch(
    open_as: Callable[..., Page], service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    cells = page.locator("#classroom-learners .ag-cell[col-id=why]")
    whole = page.locator("[data-la-whole]")
    cells.first.wait_for()
    names = page.locator("#classroom-learners .ag-cell[col-id=name]").all_inner_texts()

    # A touch of the reasons reads them, and opens nothing.
    cells.first.click()
    expect(whole).to_have_text(f"{names[0]}: {cells.first.inner_text()}")
    assert "/courses/" in page.url
    page.keyboard.press("ArrowDown")
    expect(whole).to_contain_text(f"{names[1]}: ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learners/**")
