"""The whole way of a history in a real browser: sent, read, looked at, brought in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from dashapp.jobs.history import Histories
from tests.browser.service import Service
from tests.callbacks.history import moodle_log
from tests.campus import ADMINISTRATOR

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def jobs(service: Service, tmp_path: Path) -> Iterator[None]:
    """What a process of the jobs does, for histories; files stand in a folder of this test."""
    services = service.application.services
    object.__setattr__(services.settings, "data_dir", tmp_path / "var")
    work, stopping = Histories(services.settings, services.database, services.clock), Signal()

    def go() -> None:
        while not stopping.wait(0.2):
            work.run(stopping)

    thread = Thread(target=go, daemon=True)
    thread.start()
    yield
    stopping.set()
    thread.join()


def test_a_log_goes_from_a_file_into_the_figures(
    open_as: Callable[..., Page], service: Service, jobs: None, tmp_path: Path
) -> None:
    path = tmp_path / "mdl_logstore_standard_log.csv"
    path.write_text(moodle_log(5))
    page = open_as(ADMINISTRATOR, f"{service.organisation()}/history")
    expect(page.locator("#history-title")).to_have_text("Charts begin empty: bring in what happened before")
    page.locator("#history-source").select_option(value=str(service.campus.source.source_id))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").press("Enter")
    chooser.value.set_files(path)
    expect(page.locator(".la-upload-said")).to_contain_text("has arrived")

    page.get_by_role("button", name="Read the files").click()
    expect(page.locator("#history-rows")).to_contain_text("5 events, of 5 people in 1 course, would be counted")
    expect(page.locator(".la-uploads li")).to_have_count(0)
    page.get_by_role("button", name="Bring it in").click()

    # Nobody reloads: the page asks while the job works.
    expect(page.locator("#history-title")).to_have_text("5 events of history are in")
    expect(page.locator("#history-rows")).to_contain_text("Is in")
