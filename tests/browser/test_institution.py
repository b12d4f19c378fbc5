"""The page of an organisation in a real browser: what is chosen stands in the address, and what is hidden says so."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service
from tests.campus import ADMINISTRATOR

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


def test_dates_and_the_span_of_time_stand_in_the_address_and_survive_a_reload(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as(ADMINISTRATOR, service.organisation())
    page.locator("#institution-span").get_by_text("Weeks").click()
    page.wait_for_url(re.compile("by=week"))
    page.fill("#institution-first", "2026-01-05")
    page.locator("#institution-first").press("Enter")
    page.wait_for_url(re.compile("by=week.*from=2026-01-05"))

    page.reload()
    page.wait_for_selector("#institution-page:not(.la-loading)")
    expect(page.locator("#institution-first")).to_have_value("2026-01-05")
    expect(page.locator("#institution-span label.on")).to_have_text("Weeks")
    # Botany is too small, and algebra would give it away.
    expect(page.locator("#institution-tree-state")).to_contain_text("Hidden for privacy")


@pytest.mark.parametrize("width", [1280, 360])
def test_what_is_hidden_in_a_classroom_takes_little_room_and_its_page_leads_back(
    open_as: OpenAs, service: Service, width: int
) -> None:
    course, viewport = service.course("ALG 1"), {"width": width, "height": 900}
    page = open_as(ADMINISTRATOR, f"{course}?from=2026-01-05", viewport=viewport)
    hidden = page.locator(".la-card:visible:has(.la-state.private)")
    expect(hidden.filter(has_text="How many are active each day?")).to_have_count(1)
    expect(hidden.filter(has_text="At which hours are learners there?")).to_have_count(1)
    for card in hidden.all():
        box = card.bounding_box()
        assert box is not None
        assert box["height"] < 160, card.text_content()

    page.get_by_role("link", name="Back to the institution").click()
    page.wait_for_url(re.compile(re.escape(f"{service.organisation()}?from=2026-01-05")))
    taught = open_as("Tess Thorne", course, viewport=viewport)
    expect(taught.get_by_role("link", name="Back to the institution")).to_have_count(0)
