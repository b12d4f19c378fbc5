"""A teacher picks learners in the chart, narrows further, keeps the choice under a name and takes it up again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import TODAY, Service, until

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
PLOT = "document.querySelector('#classroom-time-and-score .js-plotly-plot')"
POINT = f"""(() => {{
  const plot = {PLOT}, {{ xaxis, yaxis }} = plot._fullLayout, box = plot.getBoundingClientRect();
  const trace = plot.data.find((one) => one.x.length && one.ids);
  return [box.x + xaxis._offset + xaxis.l2p(trace.x[0]), box.y + yaxis._offset + yaxis.l2p(trace.y[0])];
}})()"""
"""Where the first mark of the chart stands in the window."""
SPAN = f"(({{ x0, x1 }}, axis) => axis.l2p(x1) - axis.l2p(x0))({PLOT}.layout.selections[0], {PLOT}._fullLayout.xaxis)"
"""How wide the drawn choice is, in px."""
COUNT_DRAWINGS = f"""(() => {{
  window.drawings = 0;
  addEventListener('pointerup', () => {{ window.drawings = 0; }}, true);
  {PLOT}.on('plotly_afterplot', () => {{ window.drawings += 1; }});
}})()"""
MARKED = f"{PLOT}.data.filter((one) => one.ids).reduce((sum, one) => sum + (one.selectedpoints ?? []).length, 0)"
"""How many marks stand out."""
ROWS = "#classroom-learners .ag-center-cols-container .ag-row"


def draw_box_around(page: Page, x: float, y: float, reach: float = 14) -> None:
    draw_box(page, (x - reach, y - reach), (x + reach, y + reach))


def draw_box(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def marks_stand_as_chosen(page: Page, picked: int) -> None:
    """They are not drawn anew under the choice; what is told of them is of who was picked."""
    until(page, f"{PLOT}.layout.meta.rows.length === {picked}")
    assert page.evaluate(f"[window.drawings, {MARKED}]") == [0, picked]
    said = page.locator("#classroom-time-and-score-summary")
    expect(said).to_have_text(str(page.evaluate(f"{PLOT}.layout.meta.summary")))


def test_learners_picked_in_the_chart_narrow_the_page_and_a_choice_is_kept_under_a_name(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    chip, count = page.locator("#classroom-picked-chip"), page.locator("#classroom-count")
    page.locator("#classroom-drag label").filter(has_text="box").click()
    page.locator("#classroom-time-and-score .nsewdrag").scroll_into_view_if_needed()
    until(page, f"{PLOT}.layout.dragmode === 'select'")
    page.evaluate(COUNT_DRAWINGS)
    draw_box_around(page, *page.evaluate(POINT))

    expect(chip).to_contain_text("picked")
    picked = int(chip.inner_text().split()[0])
    assert 1 <= picked < 8
    expect(count).to_contain_text(f"{picked} learner")
    expect(page.locator(ROWS)).to_have_count(picked)
    assert "?" not in page.url  # who was picked is in no address
    marks_stand_as_chosen(page, picked)

    before = page.evaluate(TODAY)
    name = page.locator(f"{ROWS} [col-id=name]").first.inner_text()
    service.post(service.campus.view(name))
    until(page, f"{TODAY} > {before}")
    expect(chip).to_contain_text(f"{picked} learner")
    assert page.evaluate(f"[{PLOT}.layout.dragmode, {PLOT}.layout.selections.length]") == ["select", 1]

    chip.click()
    expect(count).to_contain_text("8 learners")
    assert not page.evaluate(f"({PLOT}.layout.selections || []).length")
    page.locator(f"{ROWS} .ag-checkbox-input").nth(2).check()
    page.locator("#classroom-show-only").press("Enter")
    expect(count).to_contain_text("1 learner")

    page.select_option("#classroom-section", "A")
    page.wait_for_url("**section=A")
    page.locator("#classroom-views-open").click()
    page.locator("#classroom-views-name").fill("Section A <b>now</b>")
    page.locator("#classroom-views-save").click()
    expect(page.locator("#classroom-views-list")).to_contain_text("Section A <b>now</b>")
    page.locator(".la-clear-all").click()
    expect(count).to_contain_text("8 learners")
    until(page, "location.search === ''")
    page.locator("#classroom-views-open").click()
    page.locator("#classroom-views-list .la-view").click()
    page.wait_for_url("**section=A")
    expect(count).to_contain_text("4 learners")


def test_another_choice_begins_within_the_one_before_and_takes_its_place(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    chip, count = page.locator("#classroom-picked-chip"), page.locator("#classroom-count")
    page.locator("#classroom-drag label").filter(has_text="box").click()
    page.locator("#classroom-time-and-score .nsewdrag").scroll_into_view_if_needed()
    until(page, f"{PLOT}.layout.dragmode === 'select'")
    draw_box_around(page, *page.evaluate(POINT))
    expect(chip).to_contain_text("picked")

    for reach in (40, 60, 80):
        x, y = page.evaluate(POINT)
        draw_box(page, (x - 7, y - 7), (x + reach, y + reach))
        until(page, f"{PLOT}.layout.selections.length === 1 && {SPAN} > {reach}")
        expect(chip).to_contain_text("picked")
        expect(count).to_contain_text(f"{int(chip.inner_text().split()[0])} learner")
