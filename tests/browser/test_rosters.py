"""The whole way of a roster in a real browser: sent, checked, looked at, taken in, taken back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import DatabaseRole
from dashapp.data.store.organisations import NewSource, register_source
from dashapp.domain.events import Topic
from dashapp.jobs.roster_runs import RosterWork
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR
from tests.ingest.roster.archives import school, texts, write_zip

pytestmark = pytest.mark.browser


@pytest.fixture
def jobs(service: Service, tmp_path: Path) -> Iterator[None]:
    """What a process of the jobs does, for rosters; files stand in a folder of this test."""
    services = service.application.services
    object.__setattr__(services.settings, "data_dir", tmp_path / "var")
    with services.database.transaction(DatabaseRole.JOBS, service.campus.organisation_id) as connection:
        new = NewSource("sis", "https://sis.example", frozenset({Topic.USER}))
        register_source(connection, service.campus.organisation_id, new)
    work, stopping = RosterWork(services.settings, services.database, services.clock), Signal()

    def go() -> None:
        while not stopping.wait(0.2):
            work.run(stopping)

    thread = Thread(target=go, daemon=True)
    thread.start()
    yield
    stopping.set()
    thread.join()


@pytest.mark.long
def test_a_roster_goes_from_a_file_to_people_in_courses_and_back(
    open_as: Callable[..., Page], service: Service, jobs: None, tmp_path: Path
) -> None:
    path = write_zip(tmp_path / "roster.zip", texts(school()))
    page = open_as(ADMINISTRATOR, f"{service.organisation()}/rosters")
    page.locator("#rosters-source").select_option("sis")
    expect(page.locator("#rosters-title")).to_have_text("No roster of sis has been taken in yet")

    # Nothing that is no roster is sent, and the place is used by keys alone.
    button = page.get_by_role("button", name="Choose files")
    for file, said in ((tmp_path / "notes.txt", "Another kind of file is expected here"), (path, "has arrived")):
        if not file.exists():
            file.write_text("no roster")
        with page.expect_file_chooser() as chooser:
            button.press("Enter")
        chooser.value.set_files(file)
        expect(page.locator(".la-upload-said")).to_contain_text(said)
    expect(page.locator(".la-uploads li")).to_have_count(1)

    page.get_by_role("button", name="Check the files").click()
    expect(page.locator("#rosters-title")).to_have_text("A roster of sis waits for you to look at it")
    figures = page.locator("#rosters-strip tr", has_text="People")
    expect(figures).to_contain_text("5")
    page.locator("#rosters-part").select_option("added")
    page.locator("#rosters-thing").select_option("person")
    expect(page.locator("#rosters-rows tbody tr")).to_have_count(5)
    expect(page.locator("#rosters-rows")).to_contain_text("Ada Ofu1")

    page.get_by_role("button", name="Take the roster in").click()
    expect(page.locator("#rosters-state")).to_contain_text("The roster is taken in.")
    expect(page.locator("#rosters-imports")).to_contain_text("Taken in")
    people = open_as(ADMINISTRATOR, f"{service.organisation()}/people?search=ofu1")
    expect(people.locator("#people-rows")).to_contain_text("Ada Ofu1")

    page.get_by_role("button", name="Undo this import").click()
    expect(page.locator("#rosters-state")).to_contain_text("The last import is taken back.")
    expect(page.locator("#rosters-imports")).to_contain_text("Taken back")
    people.reload()
    expect(people.locator("#people-rows")).not_to_contain_text("Ada Ofu1")
    expect(page).to_have_url(re.compile("/rosters"))
