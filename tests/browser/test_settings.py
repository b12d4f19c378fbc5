"""The settings of a person in real browsers: they hold at once, in the next browser, and in a frame."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service

pytestmark = pytest.mark.browser

AT_FIRST_PAINT = """
new PerformanceObserver((list) => { window.firstPaint ??= document.documentElement.dataset.bsTheme; })
  .observe({ type: "paint", buffered: true });
"""


def open_settings(page: Page) -> None:
    page.locator("#shell-account summary").click()
    page.locator("#shell-account .la-opens-settings").click()
    expect(page.locator("#shell-settings[data-filled]")).to_be_visible()


def choose(page: Page, name: str, value: str) -> None:
    page.select_option(f"#shell-settings-{name}", value)


def test_a_choice_in_one_browser_holds_in_the_next_from_the_first_paint(
    service: Service, open_as: Callable[..., Page]
) -> None:
    first = open_as("Ben Brook", "/me")
    open_settings(first)
    expect(first.locator("#shell-settings-theme")).to_have_value("system")
    expect(first.locator("#shell-settings-rate")).to_have_value("2000")
    choose(first, "theme", "dark")
    expect(first.locator("#shell-settings-said")).to_have_text("Kept")
    expect(first.locator("html")).to_have_attribute("data-bs-theme", "dark")
    choose(first, "rate", "10000")
    expect(first.locator("#shell-rate input:checked")).to_have_value("10000")

    second = open_as("Ben Brook", "/me")
    second.add_init_script(AT_FIRST_PAINT)
    second.reload()
    second.wait_for_selector(".la-page:not(.la-loading)")
    second.wait_for_function("window.firstPaint !== undefined")
    assert second.evaluate("window.firstPaint") == "dark"
    expect(second.locator("#shell-rate input:checked")).to_have_value("10000")

    # The button beside the account is a choice, too.
    with second.expect_response("**/account/settings"):
        second.locator("#shell-theme").click()
    open_settings(second)
    expect(second.locator("#shell-settings-theme")).to_have_value("light")
