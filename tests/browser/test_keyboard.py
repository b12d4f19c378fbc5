"""Everything by keyboard: the palette, the shortcuts, and that they keep quiet where somebody types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service
from tests.campus import ADMINISTRATOR

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
ACTIVE = "document.activeElement.id"


def test_the_palette_goes_to_a_learner_without_a_mouse(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    field, options = page.locator("#keyboard-field"), page.locator("#keyboard-list [role=option]")
    page.locator("#keyboard-open").focus()

    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(options.first).to_have_text("ALG 1")
    page.keyboard.press("Escape")
    assert page.evaluate(ACTIVE) == "keyboard-open"

    page.keyboard.press("Enter")
    field.press_sequentially("a")
    expect(page.locator("#keyboard-list")).to_contain_text("Dora Dean")
    expect(field).to_have_attribute("aria-activedescendant", "keyboard-list-0")
    last = options.count() - 1
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", f"keyboard-list-{last}")
    expect(page.locator("#keyboard-count")).to_have_text(f"{last + 1} results")
    field.fill("brook")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    page.wait_for_selector("#student-page:not(.la-loading)")
    assert page.url == f"{service.base}/learners/{service.campus.people['Ben Brook'].public_id}"
    expect(page.locator("#keyboard-palette")).to_be_hidden()


@pytest.mark.long
def test_single_keys_go_places_until_they_are_switched_off_and_never_while_typing(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as(ADMINISTRATOR, service.course("ALG 1"))
    theme = "document.documentElement.dataset.bsTheme"
    before = page.evaluate(theme)

    page.select_option("#classroom-range", "custom")
    page.locator("#classroom-first").focus()
    page.keyboard.press("t")
    page.keyboard.press("?")
    assert page.evaluate(theme) == before
    expect(page.locator("#keyboard-help")).to_be_hidden()

    page.locator("#classroom-title").click()
    page.keyboard.press("t")
    assert page.evaluate(theme) != before
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_selector("#institution-page:not(.la-loading)")
    page.keyboard.press("/")
    expect(page.locator("#keyboard-field")).to_be_focused()
    page.keyboard.press("Escape")

    page.keyboard.press("?")
    expect(page.locator("#keyboard-switch")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#keyboard-switch")).to_have_attribute("aria-checked", "false")
    expect(page.locator("#shell-said")).to_have_text("Shortcuts of a single key are off")
    page.keyboard.press("Escape")
    now = page.evaluate(theme)
    page.reload()
    page.wait_for_selector("#institution-page:not(.la-loading)")
    page.keyboard.press("t")
    page.keyboard.press("Control+k")
    expect(page.locator("#keyboard-field")).to_be_focused()
    assert page.evaluate(theme) == now


@pytest.mark.long
def test_a_frame_without_navigation_has_no_palette(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/embed/me")

    page.keyboard.press("Control+k")
    page.keyboard.press("?")

    expect(page.locator("dialog[open]")).to_have_count(0)
