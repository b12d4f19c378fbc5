"""What costs a page time that nobody sees: components asked again and again, charts drawn that stand already."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.service import Service, calm, until

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
PLOT = "document.querySelector('#classroom-time-and-score .js-plotly-plot')"
WATCH_STORE = """
(() => {
  window.told = { changes: 0, drawers: 0 };
  const stores = window.dash_stores = [], { push } = stores;
  /* The page's own script takes this place later, so this hears of the store through it. */
  Object.defineProperty(stores, 'push', { configurable: true, get: () => push, set: (theirs) => {
    Object.defineProperty(stores, 'push', { value: (store) => {
      const { subscribe } = store;
      subscribe(() => { window.told.changes += 1; });
      theirs(store);
      const together = store.subscribe;
      store.subscribe = (hear) => together(() => { window.told.drawers += 1; hear(); });
    } });
  } });
})();
"""
COUNT = f"""(() => {{
  window.drawings = 0;
  {PLOT}.on('plotly_afterplot', () => {{ window.drawings += 1; }});
}})()"""

DRAW_ALL = """new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))).then(() => {
  const plots = [...document.querySelectorAll('#classroom-page .js-plotly-plot')].filter((plot) => plot._fullLayout);
  const isInView = ({ top, bottom }) => bottom > 0 && top < innerHeight;
  Object.assign(window, { order: [], asked: plots.length });
  for (const plot of plots) {
    plot.on('plotly_afterplot', () => { window.order.push(isInView(plot.getBoundingClientRect())); });
    const { data, layout } = JSON.parse(JSON.stringify({ data: plot.data, layout: plot.layout }));
    Plotly.react(plot, { data, layout: { ...layout, datarevision: 'another' } });
  }
})"""


def test_components_are_told_once_of_many_changes(new_page: OpenAs, service: Service) -> None:
    page = new_page()
    page.add_init_script(WATCH_STORE)
    service.sign_in(page, "Tess Thorne")
    page.goto(service.base + service.course("ALG 1"))
    page.locator(".la-page:not(.la-loading)").wait_for()
    told = page.evaluate("window.told")
    assert told["drawers"] > 0
    assert told["drawers"] * 3 < told["changes"]


def test_a_chart_that_is_zoomed_is_drawn_once_and_keeps_its_zoom(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    until(page, f"{PLOT}?._fullLayout")
    page.evaluate(COUNT)
    page.evaluate(f"Plotly.relayout({PLOT}, {{ 'xaxis.range': [0, 5] }})")
    until(page, f"{PLOT}.layout.xaxis.range[1] === 5")
    # Whatever was still to come of it comes before the answer to the next question.
    page.locator("#classroom-level label").nth(1).click()
    expect(page.locator("#classroom-count")).to_contain_text("learner")
    until(page, "location.search.includes('level')")
    until(page, "window.drawings >= 2")
    assert page.evaluate("window.drawings") == 2


def test_of_charts_that_are_drawn_anew_those_in_view_come_first(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.set_viewport_size({"width": 700, "height": 500})
    plots = page.locator("#classroom-page .js-plotly-plot")
    until(page, "[...document.querySelectorAll('#classroom-page .js-plotly-plot')].every((plot) => plot._fullLayout)")
    plots.last.scroll_into_view_if_needed()
    page.locator("#classroom-work:not(.la-loading)").wait_for()
    calm(page)
    last = plots.nth(2)
    last.evaluate("(plot) => plot.scrollIntoView({ block: 'end', behavior: 'instant' })")
    expect(plots.first).not_to_be_in_viewport()
    assert plots.count() > 2
    page.evaluate(DRAW_ALL)
    until(page, "window.order.length >= window.asked")
    assert page.evaluate("window.order[0]")


def test_a_chart_follows_the_size_of_its_place(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    until(page, f"{PLOT}?._fullLayout")
    wide = page.evaluate(f"{PLOT}._fullLayout.width")
    page.set_viewport_size({"width": 700, "height": 900})
    until(page, f"Math.abs({PLOT}._fullLayout.width - {PLOT}.clientWidth) < 1")
    assert page.evaluate(f"{PLOT}._fullLayout.width") != wide


def test_what_stands_below_the_fold_is_asked_for_when_what_is_above_it_has_come(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.locator("#classroom-work").scroll_into_view_if_needed()
    page.locator("#classroom-work:not(.la-loading)").wait_for()
    order: list[str] = []

    def note(what: str) -> Callable[[Request], None]:
        def add(request: Request) -> None:
            asked = (request.post_data or "").removeprefix('{"output":"..').split(".")[0]
            if asked in ("classroom-page", "classroom-work"):
                order.append(f"{asked} {what}")

        return add

    page.on("request", note("asked"))
    page.on("response", lambda answer: note("came")(answer.request))
    with page.expect_request_finished(lambda one: '"..classroom-work.' in (one.post_data or "")):
        page.locator("#classroom-level label").nth(1).click()
    assert order[:3] == ["classroom-page asked", "classroom-page came", "classroom-work asked"]
