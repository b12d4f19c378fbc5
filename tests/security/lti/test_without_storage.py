"""Launches in a frame for which the browser keeps nothing, neither cookies nor storage: by the platform's storage, else
in a window of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.security.lti.course import READY, Course, browser, tool_in

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Page]:
    """A Chromium whose owner lets the tool keep nothing inside of the platform: no cookie, not even a Partitioned one,
    and no storage. In a window of its own the tool may."""
    rules = {"127.0.0.2,127.0.0.1": {"setting": 2}}
    with browser(tmp_path, {"content_settings": {"exceptions": {"cookies": rules}}}) as page:
        yield page


@pytest.mark.parametrize("keeper", ["_parent", "a_frame_of_the_platform"])
def test_where_the_browser_keeps_nothing_the_platform_keeps_what_binds_the_launch(
    forgetful: Page, course: Course, keeper: str
) -> None:
    forgetful.goto(course.address(storage=keeper))

    frame = tool_in(forgetful)
    frame.wait_for_selector(READY)

    expect(frame.locator("#classroom-title")).not_to_be_empty()
    # Both are asked only where neither a cookie nor sessionStorage has kept it.
    assert forgetful.evaluate("asked") == ["lti.put_data", "lti.get_data"]
    assert forgetful.context.cookies() == []


def test_where_nobody_keeps_anything_the_page_opens_in_a_window_of_its_own(forgetful: Page, course: Course) -> None:
    forgetful.goto(course.address())
    frame = tool_in(forgetful)
    expect(frame.locator("[data-lti-late=frame] h1")).to_have_text("This page opens in a window of its own")
    assert forgetful.context.cookies() == []

    with forgetful.context.expect_page() as opened:
        frame.click("[data-lti-late] a")
    window = opened.value
    window.wait_for_selector(READY)

    expect(window.locator("#classroom-title")).not_to_be_empty()
    assert forgetful.evaluate("asked") == []


def test_what_another_origin_says_in_the_name_of_the_platform_is_not_heard(forgetful: Page, course: Course) -> None:
    forgetful.add_init_script("addEventListener('message', ({ data }) => { if (data?.told) window.told = data.told; })")

    forgetful.goto(course.address(storage="_parent", answered_by="stranger"))

    frame = tool_in(forgetful)
    expect(frame.locator("[data-lti-late=frame] h1")).to_be_visible()
    assert forgetful.evaluate("asked") == ["lti.put_data", "lti.get_data"]
    assert forgetful.evaluate("told") == "lti.get_data.response"
    assert frame.locator(READY).count() == 0
