"""axe-core over the three pages with every card that they have, and over what opens over their newest cards."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from dashapp.domain.events import CourseDescribed, Event, Identifier, MembershipChanged, Role
from tests.browser.axe import found
from tests.browser.service import Service, until
from tests.campus import ADMINISTRATOR, ISSUER, LEARNERS, Campus, identifier_of, newcomers

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(600)]

CHEMISTRY = Identifier(ISSUER, "course", "chemistry")
WEEKS = 13
OVER = {
    "student": ("student-timeline", ("[data-la-opens]", "[data-la-table]")),
    "classroom": ("classroom-hindsight", ("[data-la-opens]", "[data-la-table]")),
    "institution": ("institution-trust-body", ("[data-la-opens]",)),
}
"""A card below the fold of each page, and what of its menu opens a dialog."""
DRAWN = """[...document.querySelectorAll('.la-page .la-plot')].filter((plot) => plot.checkVisibility())
  .every((plot) => plot.querySelector('.la-over > *, .trace, .hm image'))"""


def chemistry(campus: Campus) -> Iterator[Event]:
    """A course of a quarter of a year, long enough to look back at; one of its learners has never come and has left."""
    now = datetime.now(UTC)
    begun, ends = now - timedelta(weeks=WEEKS), now + timedelta(weeks=4)
    described = ("CHE 1", "Chemistry", "Science")
    first, last = begun.date(), ends.date()
    yield CourseDescribed("course-chemistry", CHEMISTRY, begun, *described, starts_on=first, ends_on=last)
    yield MembershipChanged("teaches-chemistry", identifier_of("Tess Thorne"), CHEMISTRY, Role.TEACHER, True, begun)
    for name in LEARNERS["algebra"]:
        learns = (identifier_of(name), CHEMISTRY, Role.LEARNER)
        yield MembershipChanged(f"learns-chemistry-{name}", *learns, True, begun)
        for week in range(1, WEEKS) if name != "Hue Hall" else ():
            yield campus.view(name, CHEMISTRY, now - timedelta(weeks=week))
        if name == "Hue Hall":
            yield MembershipChanged("leaves-chemistry", *learns, False, now - timedelta(weeks=2))


@pytest.fixture(scope="module")
def campus(campus: Campus) -> Campus:
    """With a course that has been going on for long, and large enough for all charts of the institution."""
    campus.load([*newcomers(campus), *chemistry(campus)])
    return campus


def scroll_through(page: Page) -> None:
    """To the end, as a reader does: what stands below the fold comes near and is read."""
    for part in page.locator("[data-la-near]").all():
        part.scroll_into_view_if_needed()
    expect(page.locator(".la-further.la-loading")).to_have_count(0)
    until(page, DRAWN)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", OVER)
def test_axe_finds_nothing_on_a_page_with_all_its_cards_nor_in_what_opens_over_them(
    open_as: Callable[..., Page], service: Service, name: str, theme: str
) -> None:
    people = {"student": "Ada Abel", "classroom": "Tess Thorne", "institution": ADMINISTRATOR}
    paths = {"student": "/me", "classroom": service.course("CHE 1"), "institution": service.organisation()}
    page = open_as(people[name], paths[name], color_scheme=theme)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    scroll_through(page)
    card, entries = OVER[name]
    if name == "classroom":
        expect(page.locator("#classroom-hindsight .trace").first).to_be_attached()
    said = {"all cards": found(page)}
    for entry in entries:
        page.eval_on_selector(f".la-card:has(#{card}) {entry}", "element => element.click()")
        expect(page.locator("dialog[open]")).to_be_visible()
        said[entry] = found(page, "dialog[open]")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("#shell-account summary").click()
    page.locator("#shell-account .la-opens-settings").click()
    expect(page.locator("#shell-settings[data-filled]")).to_be_visible()
    said["the settings"] = found(page, "dialog[open]")
    assert {what: each for what, each in said.items() if each} == {}
