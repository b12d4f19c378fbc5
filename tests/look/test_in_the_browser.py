"""What the look's scripts and style sheets do in a real browser, on pages filled from sample views."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from dashapp.components import classroom, institution, shell, student
from dashapp.components.links import Links
from dashapp.components.shell import Tab
from dashapp.figures import Screen
from dashapp.figures.theme import TOKENS, Theme, palette
from dashapp.ids import Classroom, Shell, fresh_of
from tests.components import samples

pytestmark = pytest.mark.browser

VIEWS: dict[str, tuple[Any, Any]] = {
    "student": (student, samples.student()),
    "classroom": (classroom, samples.classroom()),
    "institution": (institution, samples.institution()),
}
READY = ".la-page:not(.la-loading)"
WIDTHS = (320, 360, 576, 640, 768, 992, 1280, 2560)
"""320: a page of 1280 at 400 %; 640: the same at 200 %."""


def page_name(path: str) -> str:
    return path.strip("/").split("/")[-1] or "student"


def add_fill(app: Dash, name: str) -> None:
    module, view = VIEWS[name]

    def fill(screen: object) -> Any:
        if screen is None:
            raise PreventUpdate
        return module.fill(view, Screen.parse(screen), Links())

    output = {each: Output(slot.id, slot.property) for each, slot in module.slots().items()}
    app.callback(output=output, inputs=[Input(Shell.SCREEN, "data")])(fill)
    if name == "classroom":
        # The list keeps its order in the browser.
        app.clientside_callback(
            ClientsideFunction("classroom", "keepOrder"),
            Output(Classroom.LEARNERS, "rowData"),
            Input(fresh_of(Classroom.LEARNERS), "data"),
            State(Classroom.LEARNERS, "rowData"),
            prevent_initial_call=True,
        )


def gallery() -> Dash:
    """An app of the three sample pages: everything visible of the service, without its data."""
    app = Dash(
        "gallery",
        assets_folder=str(TOKENS.parent),
        # What these ask the service for is not here.
        assets_ignore=r"^(ahead|live|settings)\.js$",
        suppress_callback_exceptions=True,
    )
    app.index_string = app.index_string.replace("{%css%}", '<script src="/assets/early.js"></script>{%css%}')
    app.layout = lambda: html.Div([dcc.Location(id="url"), *shell.frame(html.Div(id="content"))])

    def show(path: str) -> Any:
        name = page_name(path)
        tabs = [Tab(each, f"/{each}", each == name) for each in VIEWS]
        return VIEWS[name][0].body(), shell.tab_links(tabs), shell.tab_links(tabs), shell.account("Tina Hale", "/out")

    frame = [("content", "children"), (Shell.NAV, "children"), (Shell.TAB_BAR, "children"), (Shell.ACCOUNT, "children")]
    app.callback([Output(*each) for each in frame], Input("url", "pathname"))(show)
    app.clientside_callback(
        ClientsideFunction("look", "screen"), Output(Shell.SCREEN, "data"), Input("content", "children")
    )
    for name in VIEWS:
        add_fill(app, name)
    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, gallery().server, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(used_page: Callable[..., Page]) -> Page:
    """A page that has shown the gallery before, which takes a third of the time."""
    return used_page(viewport={"width": 1280, "height": 720})


def opened(page: Page, address: str, path: str) -> Page:
    page.goto(f"{address}/{path}")
    page.locator(READY).wait_for()
    return page


@pytest.mark.long
@pytest.mark.parametrize("name", VIEWS)
def test_no_page_is_wider_than_its_screen(page: Page, address: str, name: str) -> None:
    opened(page, address, name)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"matchMedia('(width: {width}px)').matches")
        # Plots take their new size a moment after the window has.
        page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    "name", ["classroom", *(pytest.param(one, marks=pytest.mark.long) for one in VIEWS if one != "classroom")]
)
def test_nothing_jumps_when_the_data_arrive(new_page: Callable[..., Page], address: str, name: str) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(
        "window.shift = 0;"
        "new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shift += each.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    opened(page, address, name)
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot .main-svg').length > 0")
    assert page.evaluate("window.shift") < 0.02


def test_the_theme_changes_in_place_and_is_remembered(new_page: Callable[..., Page], address: str) -> None:
    page = opened(new_page(color_scheme="light"), address, "student")
    theme = "document.documentElement.dataset.bsTheme"
    line = "document.querySelector('#student-weeks .js-plotly-plot').layout.template.layout.font.color"
    page.wait_for_function(f"{line} === '{palette(Theme.LIGHT)['ink-2']}'")
    page.locator(f"#{Shell.THEME}").click()
    page.wait_for_function(f"{line} === '{palette(Theme.DARK)['ink-2']}'")
    page.reload()
    page.locator(READY).wait_for()
    assert page.evaluate(theme) == "dark"


@pytest.mark.long
def test_the_first_theme_is_that_of_the_system(new_page: Callable[..., Page], address: str) -> None:
    page = opened(new_page(color_scheme="dark"), address, "student")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 16, 20)"


def test_a_chart_opens_as_a_table_by_keyboard_and_gives_the_focus_back(page: Page, address: str) -> None:
    opened(page, address, "student")
    page.locator("#student-weeks .main-svg").first.wait_for()
    menu = page.locator(".la-card", has=page.locator("#student-weeks")).locator("summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    table = page.locator("dialog[open] table")
    table.wait_for()
    assert table.locator("tbody tr").count() == samples.WEEKS
    assert table.locator("thead th").first.inner_text() == "Week from"
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.wait_for_function("document.activeElement.tagName === 'SUMMARY'")


def test_a_chart_is_described_by_a_sentence_from_its_data(page: Page, address: str) -> None:
    opened(page, address, "student")
    page.locator("#student-weeks .main-svg").first.wait_for()
    plot = page.locator(".la-plot", has=page.locator("#student-weeks"))
    page.wait_for_function("document.querySelector('#student-weeks-summary')?.textContent.includes('highest')")
    assert plot.get_attribute("aria-describedby") == "student-weeks-summary"
    meta = page.evaluate("document.querySelector('#student-weeks .js-plotly-plot').layout.meta")
    assert page.locator("#student-weeks-summary").inner_text() == meta["summary"]


@pytest.mark.long
def test_a_card_opens_its_definition(page: Page, address: str) -> None:
    opened(page, address, "classroom")
    card = page.locator(".la-card", has=page.locator("#classroom-learners"))
    card.locator("summary").click()
    card.get_by_role("button", name="Definition").click()
    assert "Left out" in page.locator("dialog[open]").inner_text()
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    page.locator("dialog[open]").wait_for(state="detached")


@pytest.mark.long
def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(page: Page, address: str) -> None:
    opened(page, address, "student")
    badge = page.locator(f"#{Shell.LIVE}")
    badge.click()
    assert page.locator("details.la-menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.la-menu[open]").count() == 0
    badge.click()
    page.locator("h1").click()
    assert page.locator("details.la-menu[open]").count() == 0


def test_every_as_of_line_moves_on_and_says_when_it_is_late(page: Page, address: str) -> None:
    opened(page, address, "student")
    page.evaluate("laLook.showFreshness({ asOf: '2026-05-07T08:50:00Z', behind: 0.2 })")
    lines = page.locator(".la-asof > span[data-zone]")
    assert {text.replace("\u00a0", " ") for text in lines.all_inner_texts()} == {"As of 10:50:00 · 0.2 s behind"}
    page.evaluate("laLook.showFreshness({ asOf: '2026-05-07T08:50:00Z', behind: 2820 })")
    assert lines.first.inner_text().replace("\u00a0", " ") == "Late: as of 10:50:00 · 47 min behind"
    assert lines.first.get_attribute("class") == "late"


def test_the_live_badge_says_its_state(page: Page, address: str) -> None:
    opened(page, address, "student")
    texts = {}
    for state in ("live", "late", "paused", "offline"):
        page.evaluate("(state) => laLook.showLive(state, 0.4)", state)
        texts[state] = page.locator(f"#{Shell.LIVE}").inner_text().replace("\u00a0", " ")
    assert texts == {
        "live": "Live · 0.4 s behind",
        "late": "Late · 0.4 s behind",
        "paused": "Paused",
        "offline": "Connection lost",
    }


@pytest.mark.long
def test_a_learner_in_the_grid_is_a_link_that_keeps_the_page_loaded(page: Page, address: str) -> None:
    opened(page, address, "classroom")
    page.evaluate("window.stays = true")
    link = page.locator("#classroom-learners a").first
    href = link.get_attribute("href") or ""
    assert href.startswith("/learners/")
    page.locator(f"#{Shell.NAV} a", has_text="institution").click()
    page.locator("#institution-page").wait_for()
    assert page.evaluate("window.stays") is True


@pytest.mark.parametrize("slower", [1, pytest.param(8, marks=pytest.mark.long)])
def test_a_phone_shows_two_lines_per_learner_and_tabs_at_the_foot(
    new_page: Callable[..., Page], address: str, slower: int
) -> None:
    page = new_page(viewport={"width": 360, "height": 760})
    # A slow phone: its grids have told of their size before anybody listens.
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    opened(page, address, "classroom")
    page.locator("#classroom-learners .la-two-lines").first.wait_for()
    assert page.locator(f"#{Shell.TAB_BAR}").is_visible()
    assert not page.locator(f"#{Shell.NAV}").is_visible()
    # What is searched are the columns of a wide screen, whichever are shown.
    name, *others = (row.name for row in samples.classroom().learners)
    page.fill(f"#{Classroom.SEARCH}", name)
    rows = page.locator("#classroom-learners .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(name)
    assert others


HINTS = """() => ['::before', '::after'].map((side) => {
  const hint = getComputedStyle(document.querySelector('.la-filters'), side);
  return [hint.content.slice(0, 3), Math.round(hint.opacity), hint.backgroundImage.includes('gradient')];
})"""
HIDDEN_CHIPS = """() => {
  const chip = document.activeElement.closest('.form-check, .la-chip').getBoundingClientRect();
  const row = document.querySelector('.la-filters').getBoundingClientRect();
  return chip.left < row.left || chip.right > row.right;
}"""


def test_a_row_of_filters_on_a_phone_shows_on_which_side_there_is_more(
    new_page: Callable[..., Page], address: str
) -> None:
    page = new_page(viewport={"width": 360, "height": 760}, forced_colors="active")
    opened(page, address, "classroom")
    assert page.evaluate(HINTS) == [['"‹"', 0, True], ['"›"', 1, True]]
    for direction, sign in (("ltr", 1), ("rtl", -1)):
        page.evaluate("(direction) => document.documentElement.dir = direction", direction)
        row = page.locator(".la-filters")
        for far, shown in ((300, (1, 1)), (9000, (1, 0)), (0, (0, 1))):
            row.evaluate("(row, far) => row.scrollLeft = far", sign * far)
            hints = f"JSON.stringify(({HINTS})().map((hint) => hint[1])) === '{list(shown)}'.replaceAll(' ', '')"
            page.wait_for_function(hints)
        page.locator(f"#{Classroom.SECTION}").focus()
        for _step in range(6):
            page.keyboard.press("Tab")
            assert not page.evaluate(HIDDEN_CHIPS), page.evaluate("document.activeElement.id")
    page.set_viewport_size({"width": 1280, "height": 760})
    page.wait_for_function(f"({HINTS})().every((hint) => hint[0] === 'non')")


@pytest.mark.long
def test_a_frame_shows_no_navigation(page: Page, address: str) -> None:
    opened(page, address, "embed/student")
    assert not page.locator(".la-nav").is_visible()
    assert page.locator(".la-embedbar").is_visible()


def test_words_cover_a_hidden_row_of_the_course_table(page: Page, address: str) -> None:
    opened(page, address, "institution")
    assert page.locator("#institution-courses .la-hidden-row").inner_text().replace("\n", " ").split() == (
        ["AAA", "Resit", "Hidden", "for", "privacy:", "fewer", "than", "5", "learners"]
    )
