"""A launch in a frame of another site, over HTTPS, in a real Chromium with third-party cookies blocked and allowed."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.service import TODAY, until
from tests.conftest import CHROMIUM_OPTIONS
from tests.security.lti.sites import FILE_LINK, FILE_MENU, READY, Sites
from tests.servers import chromium

pytestmark = [pytest.mark.browser, pytest.mark.long]

BLOCKED = {"cookie_controls_mode": 1, "block_third_party_cookies": True}
ALLOWED = {"cookie_controls_mode": 0, "block_third_party_cookies": False}
REFUSED = {"setting": 2}
WITHIN = 90_000
"""Milliseconds that a busy machine may need."""


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], Page]]:
    """Opens a Chromium with a profile of its own and these preferences; errors of its pages fail the test."""
    errors: list[str] = []
    with sync_playwright() as playwright:

        def begin(preferences: dict[str, Any]) -> Page:
            (tmp_path / "Default").mkdir()
            (tmp_path / "Default" / "Preferences").write_text(json.dumps({"profile": preferences}))
            context = playwright.chromium.launch_persistent_context(
                tmp_path,
                executable_path=chromium(),
                args=list(CHROMIUM_OPTIONS),
                ignore_https_errors=True,
            )
            context.set_default_timeout(WITHIN)
            context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            context.on("weberror", lambda error: errors.append(str(error.error)))
            opened.append(context)
            return context.pages[0]

        opened: list[Any] = []
        yield begin
        for context in opened:
            context.close()
    assert errors == []


def launch(page: Page, sites: Sites) -> None:
    """Opens the course, until the frame's launch has been answered with a page.

    The frame goes from the tool to the platform and back within milliseconds, each time into another process of the
    browser. On a busy machine Playwright sometimes loses it on the way: the browser has the page and asks for what
    belongs to it, while Playwright stays with the page before for good. Then the course is opened anew.
    """
    for _attempt in range(3):
        with suppress(NotInTime), page.expect_event("framenavigated", has_answered(sites), timeout=WITHIN / 2):
            page.goto(sites.course)
        frame = page.frame("tool")
        if frame is not None and has_answered(sites)(frame):
            return
    pytest.fail("The launch has not been answered with a page.")


def has_answered(sites: Sites) -> Callable[[Frame], bool]:
    """Whether a frame shows our answer to a launch, or the page that it has become."""
    return lambda frame: frame.url.startswith((f"{sites.tool}/lti/launch", f"{sites.tool}/embed/"))


def tool_in(page: Page) -> Frame:
    """The frame with our page, once it shows data."""
    frame = page.frame("tool")
    assert frame is not None
    frame.wait_for_selector(READY)
    return frame


@pytest.mark.parametrize("preferences", [BLOCKED, ALLOWED], ids=["blocked", "allowed"])
def test_a_launch_in_a_frame_shows_a_living_classroom_that_survives_a_reload(
    open_page: Callable[[dict[str, Any]], Page], sites: Sites, preferences: dict[str, Any]
) -> None:
    page = open_page(preferences)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    launch(page, sites)
    frame = tool_in(page)
    address = frame.evaluate("location.pathname")
    assert address.startswith("/embed/courses/")

    frame.wait_for_selector("#classroom-days .main-svg")
    before = frame.evaluate(TODAY)
    sites.somebody_studies()
    until(frame, f"{TODAY} === {before + 1}")

    frame.select_option("#classroom-section", "A")
    expect(frame.locator("#classroom-count")).to_have_text("4 learners")

    frame.click(FILE_MENU)
    with page.expect_download() as started:
        frame.click(FILE_LINK)
    saved = started.value
    lines = saved.path().read_text(encoding="utf-8-sig").splitlines()
    assert saved.suggested_filename.startswith("classroom-learners-")
    assert sorted(line.partition(",")[0] for line in lines[1:]) == ["Ada Abel", "Cleo Cole", "Eli Ellis", "Gil Gray"]
    assert "ticket=" in saved.url
    assert sites.status_of(saved.url) == 404

    frame.evaluate("() => { setTimeout(() => location.reload(), 0) }")
    page.wait_for_event("framenavigated")
    frame = tool_in(page)
    assert frame.evaluate("location.pathname") == address
    expect(frame.locator("#classroom-count")).to_have_text("4 learners")
    assert page.context.cookies() == []
    assert f"{sites.tool}/lti/bound" not in asked


def test_where_a_frame_keeps_nothing_the_page_opens_in_a_window_of_its_own(
    open_page: Callable[[dict[str, Any]], Page], sites: Sites
) -> None:
    of_the_tool_below_the_platform = f"{sites.tool},{sites.platform.url}"
    page = open_page({"content_settings": {"exceptions": {"cookies": {of_the_tool_below_the_platform: REFUSED}}}})
    launch(page, sites)
    offer = page.frame_locator("iframe").get_by_role("link", name="Open in a new window")

    with page.context.expect_page() as opened:
        offer.click()

    window = opened.value
    window.wait_for_selector(READY)
    assert window.evaluate("location.pathname").startswith("/embed/courses/")
