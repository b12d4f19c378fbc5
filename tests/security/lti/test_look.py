"""What a launch says of the look of the page that it opens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.security.lti.course import READY, Course, browser, tool_in
from tests.security.lti.frame import Frame
from tests.security.lti.platform import INSTRUCTOR
from tests.security.lti.test_launches import opened


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ({"custom": {"theme": "dark"}}, "theme=dark"),
        ({"custom": {"theme": "light"}, "launch_presentation": {"locale": "en-AU"}}, "locale=en&theme=light"),
        ({"custom": {"theme": "purple"}}, ""),
        ({"custom": {"theme": ["dark"]}}, ""),
        ({"custom": "theme=dark"}, ""),
        ({}, ""),
    ],
)
def test_the_page_opens_in_the_language_and_the_theme_of_the_launch(
    frame: Callable[[], Frame], said: dict[str, Any], query: str
) -> None:
    address = opened(frame().launch(roles=[INSTRUCTOR], **said))

    assert address.startswith("/embed/courses/")
    assert address.partition("?")[2] == query


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A Chromium as it comes."""
    with browser(tmp_path, {}) as page:
        yield page


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize(("said", "system", "shown"), [("dark", "light", "dark"), ("light", "dark", "light")])
def test_a_theme_of_the_launch_stands_above_that_of_the_system(
    page: Page, course: Course, said: str, system: Any, shown: str
) -> None:
    page.emulate_media(color_scheme=system)

    page.goto(course.address(theme=said))
    frame = tool_in(page)
    frame.wait_for_selector(READY)
    assert frame.evaluate("document.documentElement.dataset.bsTheme") == shown

    frame.evaluate("() => { setTimeout(() => location.reload(), 0) }")
    page.wait_for_event("framenavigated")
    frame.wait_for_selector(READY)
    assert frame.evaluate("document.documentElement.dataset.bsTheme") == shown


@pytest.mark.browser
@pytest.mark.long
def test_without_a_theme_that_is_known_the_page_follows_the_system(page: Page, course: Course) -> None:
    page.emulate_media(color_scheme="dark")

    for offered in ({}, {"theme": "purple"}):
        page.goto(course.address(**offered))
        frame = tool_in(page)
        frame.wait_for_selector(READY)
        assert frame.evaluate("document.documentElement.dataset.bsTheme") == "dark"
