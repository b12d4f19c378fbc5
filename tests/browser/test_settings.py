"""The settings of a person in real browsers: they hold at once, in the next browser, and in a frame."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service, until

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


@pytest.mark.long
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

    second = open_as("Ben Brook", "/me", fresh=True)
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


CUT = """
[...document.querySelectorAll(".js-plotly-plot")].flatMap((plot) => {
  const box = plot.getBoundingClientRect();
  const across = (one) => one.left >= box.left - 1 && one.right <= box.right + 1;
  const inside = (one) => across(one) && one.top >= box.top - 1 && one.bottom <= box.bottom + 1;
  const texts = [...plot.querySelectorAll("text")].filter((text) => text.textContent);
  return texts.filter((text) => !inside(text.getBoundingClientRect())).map((text) => text.textContent);
})
"""


def speak(page: Page, language: str) -> None:
    with page.expect_navigation():
        choose(page, "language", language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.wait_for_selector(".la-page:not(.la-loading)")


def test_a_page_changes_its_language_and_its_direction_while_it_is_open(
    service: Service, open_as: Callable[..., Page]
) -> None:
    page = open_as("Ada Abel", "/me")
    page.locator(".la-seg label", has_text="ALG 1").click()
    page.wait_for_url("**/me?course=*")
    course = page.url.partition("course=")[2]
    title = page.locator("h1").inner_text()

    open_settings(page)
    speak(page, "ar")
    assert f"/me?course={course}" in page.url
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("h1")).not_to_have_text(title)
    assert page.evaluate("[...document.styleSheets].some((sheet) => sheet.href?.includes('/joined/pages-rtl.'))")
    page.wait_for_selector(".js-plotly-plot text")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        until(page, f"document.documentElement.scrollWidth <= {width}")
        until(page, f"{CUT}.length === 0")

    page.set_viewport_size({"width": 1280, "height": 900})
    open_settings(page)
    expect(page.locator("#shell-settings-language option[value=de]")).to_have_text("Deutsch (مسودة)")
    speak(page, "de")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator(".la-asof").first).to_have_text(re.compile(r"\d,\d\xa0s"))
    expect(page.locator("#shell-live")).to_have_text(re.compile(r"\d,\d\xa0s"))


@pytest.mark.long
def test_the_settings_are_there_in_a_frame_whose_address_then_says_the_language(
    service: Service, open_as: Callable[..., Page]
) -> None:
    page = open_as("Dora Dean", "/embed/me?theme=dark&locale=en")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator(".la-embedbar .la-opens-settings").click()
    expect(page.locator("#shell-settings[data-filled]")).to_be_visible()
    choose(page, "theme", "light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    speak(page, "es")
    assert parse_qs(urlsplit(page.url).query) == {"theme": ["light"], "locale": ["es"]}
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
