"""Names of hundreds of letters, with markup, or with signs that turn the direction: nothing runs or is cut off."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import DatabaseRole
from dashapp.data.store.identified import find_people
from dashapp.domain.spreadsheets import MARK
from tests.browser.service import Service
from tests.browser.test_card_files import card_of
from tests.odd_campus import NAMED, SCRIPT, TEACHER, learner_of, odd_events

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]
READY = ".la-page:not(.la-loading), .la-narrow"
KINDS = ("script", "long", "override", "unseen", "control")
BEYOND = """(() => {
  const root = document.documentElement, wide = root.clientWidth;
  return root.scrollWidth <= wide ? [] : [...document.querySelectorAll('main *')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 || one.getBoundingClientRect().left < -1)
    .map((one) => `${one.id || one.className || one.tagName} ${root.scrollWidth}`).slice(0, 5);
})()"""
WIDER = """[...document.querySelectorAll('#keyboard-palette, #keyboard-list, #keyboard-list [role=option]')]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def paths(service: Service) -> list[str]:
    """The pages on which the odd names stand, for the teacher of the odd course."""
    campus, wanted = service.campus, [learner_of(kind) for kind in KINDS]
    campus.load(list(odd_events()))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = find_people(connection, campus.organisation_id, wanted)
    learners = [f"/learners/{found[one].public_id}" for one in wanted]
    course = service.course(NAMED.code)
    return [course, f"{course}/preview", *learners, "/courses", "/reports"]


@pytest.mark.parametrize(("width", "locale"), [(1280, "en"), (320, "en"), (320, "ar")])
def test_odd_names_stay_within_the_page_and_run_nothing(
    new_page: Callable[..., Page], service: Service, paths: list[str], width: int, locale: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(120_000)
    service.sign_in(page, TEACHER)
    beyond = {}
    for path in paths:
        page.goto(f"{service.base}{path}?locale={locale}")
        page.wait_for_selector(READY)
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.locator(".la-further.la-loading").first.wait_for(state="detached")
        assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar" else "ltr")
        assert not page.evaluate("'laRan' in window"), path
        beyond[path] = page.evaluate(BEYOND)
    assert {path: found for path, found in beyond.items() if found} == {}


@pytest.mark.parametrize("width", [1280, 320])
def test_the_palette_shows_odd_names_as_words_and_within_itself(
    new_page: Callable[..., Page], service: Service, paths: list[str], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(120_000)
    service.sign_in(page, TEACHER)
    page.goto(service.base + paths[0])
    page.wait_for_selector(READY)
    page.evaluate("document.getElementById('keyboard-palette').showModal()")
    field, options = page.locator("#keyboard-field"), page.locator("#keyboard-list [role=option]")
    for words, shown in (("ODD", NAMED.code), ("onerror", SCRIPT), ("WWWW", "W" * 100), ("right to left", "left")):
        field.fill(words)
        expect(options.filter(has_text=shown).first).to_be_visible()
        assert page.locator("#keyboard-list :is(img, script, b)").count() == 0
        assert page.evaluate(WIDER) == []
    assert not page.evaluate("'laRan' in window")


def test_the_file_of_learners_has_odd_names_as_they_are_and_no_formula(
    new_page: Callable[..., Page], service: Service, paths: list[str]
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    service.sign_in(page, TEACHER)
    page.goto(service.base + paths[0])
    page.wait_for_selector("#classroom-learners .ag-row")
    card = card_of(page, "classroom-learners")
    card.locator("summary").click()
    with page.expect_download() as made:
        card.get_by_text("Numbers CSV").click()

    content = Path(made.value.path()).read_text("utf-8")
    cells = [cell for row in csv.reader(StringIO(content.removeprefix(MARK), newline=""), strict=True) for cell in row]
    assert any(SCRIPT in cell for cell in cells)
    assert any("W" * 240 in cell for cell in cells)
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r"))]
