"""Names of hundreds of letters, with markup, or with signs that turn the direction: nothing runs or is cut off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from dashapp.data.database import DatabaseRole
from dashapp.data.store.identified import find_people
from tests.browser.service import Service
from tests.odd_campus import NAMED, TEACHER, learner_of, odd_events

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]
READY = ".la-page:not(.la-loading), .la-narrow"
KINDS = ("script", "long", "override", "unseen", "control")
BEYOND = """(() => {
  const root = document.documentElement, wide = root.clientWidth;
  return root.scrollWidth <= wide ? [] : [...document.querySelectorAll('main *')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 || one.getBoundingClientRect().left < -1)
    .map((one) => `${one.id || one.className || one.tagName} ${root.scrollWidth}`).slice(0, 5);
})()"""


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
