"""In whatever order scripts and answers come, and whichever fail at first, a page's charts and list are drawn."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser.service import Service, until

pytestmark = pytest.mark.browser
LAYOUT, DEPENDENCIES, ANSWERS = "/_dash-layout", "/_dash-dependencies", "/_dash-update-component"
PLOTLY, CHARTS = "/plotly.min.js", "/async-graph.js"
LISTS, LATE_LISTS = "/dash_ag_grid.v", "/async-community.js"
DRAWN_FIRST = "window.Plotly?.version && document.querySelector('.la-page')"
DRAWN = """[...document.querySelectorAll('.la-page:not(.la-loading) .la-plot')]
  .filter((one) => one.checkVisibility() && !one.closest('.la-further'))
  .filter((one) => !one.querySelector('.la-over')?.childElementCount)
  .every((one) => one.querySelector('.trace, .hm image'))
  && document.querySelectorAll('.la-page:not(.la-loading) .la-plot .main-svg').length >= 3
  && document.querySelector('#classroom-learners .ag-row')"""


def part_of(request: Request) -> str:
    """Which part of a page a request asks for: its path, or what its answer is for."""
    path = urlsplit(request.url).path
    if path == ANSWERS:
        body = request.post_data or ""
        return "router" if '"_pages_content"' in body else "data" if '"classroom-lead"' in body else "other"
    return path


def is_part(request: Request, part: str) -> bool:
    found = part_of(request)
    return part == found or (part.startswith("/") and part in found)


@pytest.mark.parametrize(
    ("last", "before"),
    [
        (PLOTLY, "document.querySelector('#classroom-learners .ag-row')"),
        pytest.param(CHARTS, "window.Plotly?.version", marks=pytest.mark.long),
        pytest.param(LISTS, DRAWN_FIRST, marks=pytest.mark.long),
        pytest.param(LATE_LISTS, DRAWN_FIRST, marks=pytest.mark.long),
        (DEPENDENCIES, "window.Plotly?.version"),
    ],
)
def test_whatever_comes_last_everything_is_drawn(service: Service, page: Page, last: str, before: str) -> None:
    held: list[Route] = []
    has_come = False

    def hold(route: Route) -> None:
        if is_part(route.request, last) and not has_come:
            held.append(route)
        else:
            route.continue_()

    service.sign_in(page, "Tess Thorne")
    page.route("**/*", hold)
    page.goto(service.base + service.course("ALG 1"), wait_until="commit")
    until(page, before)
    assert held
    has_come = True
    for route in held:
        route.continue_()

    until(page, DRAWN)


def test_what_fails_at_first_is_asked_for_again(service: Service, page: Page, page_errors: list[str]) -> None:
    missing = {PLOTLY, LISTS, LAYOUT, "router", "data"}

    def fail_once(route: Route) -> None:
        part = next((one for one in missing if is_part(route.request, one)), None)
        if part is None:
            route.continue_()
            return
        missing.discard(part)
        if part == "router":
            route.fulfill(status=503, body="")
        else:
            route.abort()

    service.sign_in(page, "Tess Thorne")
    page.route("**/*", fail_once)
    page.goto(service.base + service.course("ALG 1"), wait_until="commit")
    until(page, DRAWN)

    assert not missing
    page_errors[:] = [error for error in page_errors if "Failed to load" not in error]


def test_the_library_of_lists_comes_with_the_first_list(service: Service, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(part_of(request)))
    service.sign_in(page, "Tess Thorne")
    page.goto(service.base + "/courses")
    page.wait_for_selector("#courses-list a")
    before = [path for path in asked if "dash_ag_grid" in path]

    page.locator("#courses-list a").first.click()
    until(page, DRAWN)

    assert before == []
    assert any(LISTS in path for path in asked)
    assert page.evaluate("Boolean(dash_ag_grid.getApi('classroom-learners'))")


def test_a_list_stays_the_same_when_its_page_is_updated(service: Service, page: Page) -> None:
    service.sign_in(page, "Tess Thorne")
    page.goto(service.base + service.course("ALG 1"))
    until(page, DRAWN)
    page.evaluate("window.laBefore = dash_ag_grid.getApi('classroom-learners')")

    with page.expect_response(lambda answer: part_of(answer.request) == "data"):
        page.evaluate("dash_clientside.set_props('shell-version', { data: 'another' })")

    until(page, DRAWN)
    assert page.evaluate("dash_ag_grid.getApi('classroom-learners') === window.laBefore && !laBefore.isDestroyed()")


def test_of_two_figures_the_newer_one_is_drawn_and_what_the_reader_asks_for_holds(service: Service, page: Page) -> None:
    service.sign_in(page, "Tess Thorne")
    page.goto(service.base + service.course("ALG 1"))
    until(page, DRAWN)

    drawn = page.evaluate("""async () => {
      const plot = document.querySelector('#classroom-days .js-plotly-plot');
      let times = 0;
      plot.on('plotly_afterplot', () => { times += 1; });
      const named = (title) => Plotly.react(plot, plot.data, { ...plot.layout, meta: title });
      const first = named('older'), second = named('newer');
      const asked = Plotly.relayout(plot, { dragmode: 'pan' });
      await Promise.all([first, second, asked]);
      return [plot._fullLayout.meta, plot._fullLayout.dragmode, times];
    }""")

    assert drawn[:2] == ["newer", "pan"]
    assert drawn[2] <= 2
