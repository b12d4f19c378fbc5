"""axe-core, the engine of accessibility audits, over every page in both themes, with what opens over them open."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.axe import found
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR, ADVISER

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
READY = ".la-page:not(.la-loading), .la-narrow"
THEME = "document.documentElement.dataset.bsTheme"


def pages_of(service: Service) -> Iterator[tuple[str, str]]:
    """(who opens it, its path)"""
    own, algebra = service.organisation(), service.course("ALG 1")
    yield from [("Ada Abel", path) for path in ("/me", "/embed/me", "/account/sessions", "/me/guardians", "/guardian")]
    yield from [("Tess Thorne", path) for path in (algebra, f"/embed{algebra}", "/courses", f"{algebra}/preview")]
    yield "Tess Thorne", f"/learners/{service.campus.people['Ben Brook'].public_id}"
    yield ADVISER, "/caseload"
    yield "Tess Thorne", "/reports"
    yield ADMINISTRATOR, "/schedules"
    yield ADMINISTRATOR, own
    yield ADMINISTRATOR, algebra
    names = (
        "administration", "people", f"people/{service.campus.people['Ada Abel'].public_id}", "guardians", "sign-in",
        "sessions", "courses", "terms", "units", "connections", "rosters", "history", "platforms", "data-quality",
        "dead-letters", "visibility", "audit", "leaving",
    )  # fmt: skip
    yield from [(ADMINISTRATOR, f"{own}/{name}") for name in names]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(new_page: Callable[..., Page], service: Service, theme: str) -> None:
    page = new_page(color_scheme=theme, viewport={"width": 1280, "height": 900})
    said: dict[str, list[str]] = {}
    signed_in = ""
    for name, path in pages_of(service):
        if name != signed_in:
            # The page that is open would go on asking for its news.
            page.goto("about:blank")
            page.context.clear_cookies()
            service.sign_in(page, name)
            signed_in = name
        page.goto(service.base + path)
        page.wait_for_selector(READY)
        if path == "/me" or "/courses/" in path:
            page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
        said[path] = found(page)
    assert {path: each for path, each in said.items() if each} == {}


OVER = {
    "the menu of a card": (".la-card:has(#classroom-days) .la-menu summary", ".la-menu[open]"),
    "a definition": (".la-card:has(#classroom-days) [data-la-opens]", "dialog[open]"),
    "a data table": (".la-card:has(#classroom-days) [data-la-table]", "dialog[open]"),
    "the rate of updates": (".la-tools .la-menu summary", ".la-menu[open]"),
    "the account": ("#shell-account summary", ".la-menu[open]"),
    "the palette": ("#keyboard-open", "dialog[open]"),
    "the shortcuts": ("[data-la-shortcuts]", "dialog[open]"),
}
"""What opens it, and what is then open."""


@pytest.mark.long
def test_axe_finds_nothing_in_what_opens_over_a_page(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.wait_for_selector("#classroom-days .main-svg")
    said = {}
    for theme in ("light", "dark"):
        if page.evaluate(THEME) != theme:
            page.click("#shell-theme")
        for name, (opener, opened) in OVER.items():
            page.eval_on_selector(opener, "element => element.click()")
            if name == "the palette":
                page.locator("#keyboard-list [role=option]").first.wait_for()
            said[theme, name] = found(page, opened)
            page.keyboard.press("Escape")
            page.locator("dialog[open], details.la-menu[open]").wait_for(state="detached")
    assert {name: each for name, each in said.items() if each} == {}
