"""Launches in a frame for which the browser keeps nothing, neither cookies nor storage: by the platform's storage, else
in a window of its own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect, sync_playwright

from dashapp.data.database import Database
from tests.campus import Campus
from tests.conftest import CHROMIUM_OPTIONS
from tests.security.loopback import certificate_for
from tests.security.lti.course import Course, listening, register
from tests.security.lti.platform import Platform
from tests.served import application_on, serving
from tests.servers import free_port

pytestmark = [pytest.mark.browser, pytest.mark.long]
READY = ".la-page:not(.la-loading)"
SLOW = 30_000


@pytest.fixture(scope="module")
def course(launch_database: Database, campus: Campus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The platform and a stranger on 127.0.0.1, the tool on 127.0.0.2, which is another site; all behind TLS."""
    folder, port = tmp_path_factory.mktemp("course"), free_port()
    chain, tls = certificate_for(folder)
    made = Course(Platform(), f"https://127.0.0.2:{port}")
    values: dict[str, Any] = {"public_url": made.tool, "outgoing_networks": "127.0.0.0/8", "outgoing_ca_file": chain}
    server = made.server()
    with listening(server, tls) as made.platform.url, listening(server, tls) as made.stranger:
        register(campus, made.platform)
        with application_on(launch_database, campus, **values) as tool, serving(tool, port, "127.0.0.2", folder):
            yield made
            tool.rosters.close()


def browser(folder: Path, preferences: dict[str, Any]) -> Iterator[Page]:
    """A Chromium with a profile of its own."""
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": preferences}))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=shutil.which("chromium"), args=list(CHROMIUM_OPTIONS), ignore_https_errors=True
        )
        context.set_default_timeout(SLOW)
        yield context.pages[0]
        context.close()


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Page]:
    """A Chromium whose owner lets the tool keep nothing inside of the platform: no cookie, not even a Partitioned one,
    and no storage. In a window of its own the tool may."""
    rules = {"127.0.0.2,127.0.0.1": {"setting": 2}}
    yield from browser(tmp_path, {"content_settings": {"exceptions": {"cookies": rules}}})


def tool_in(page: Page) -> Frame:
    """The tool's frame."""
    frame = page.frame("tool")
    assert frame is not None
    return frame


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
    expect(frame.locator("[data-lti-late] h1")).to_have_text("This page opens in a window of its own")
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
    expect(frame.locator("[data-lti-late] h1")).to_be_visible()
    assert forgetful.evaluate("asked") == ["lti.put_data", "lti.get_data"]
    assert forgetful.evaluate("told") == "lti.get_data.response"
    assert frame.locator(READY).count() == 0
