"""An event that somebody has just caused is on the open page within seconds, and nothing jumps."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from dashapp.data.pace import SILENCE, Said
from tests.browser.service import TODAY, Service, await_answer, calm, until

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


def requests_of(page: Page) -> list[str]:
    """The paths that the page asks for from now on."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(urlsplit(request.url).path))
    return seen


def await_news(page: Page) -> None:
    """Until the live module has been told of another version."""
    told = 0
    while told != 200:
        with page.expect_response(lambda answer: urlsplit(answer.url).path == "/live") as answer:
            pass
        told = answer.value.status


def test_a_posted_event_moves_a_chart_without_a_reload(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.wait_for_selector("#classroom-days .main-svg")
    page.evaluate("window.stillTheSamePage = true")
    before = page.evaluate(TODAY)

    service.post(service.campus.view("Ben Brook"), service.campus.view("Cleo Cole"))

    until(page, f"{TODAY} === {before + 2}")
    assert page.evaluate("window.stillTheSamePage") is True


@pytest.mark.long
def test_a_page_that_is_put_off_says_how_old_it_gets_and_shows_the_news_in_the_end(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.wait_for_selector("#classroom-days .main-svg")
    calm(page)
    before = page.evaluate(TODAY)
    pace, heard = service.application.services.reader.pace, requests_of(page)
    badge = page.locator("#shell-live")
    pace.hear(-1, Said(rate=0.0))

    service.post(service.campus.view("Ada Abel"))
    while badge.get_attribute("data-state") != "late":
        pace.hear(-1, Said(rate=0.0))
        await_answer(page)

    assert page.locator(".la-asof .late").first.inner_text().startswith("Late: as of")
    assert "/_dash-update-component" not in heard
    assert page.evaluate(TODAY) == before
    pace.hear(-1, SILENCE)
    until(page, f"{TODAY} === {before + 1}")
    expect(badge).to_have_attribute("data-state", "live")


@pytest.mark.long
def test_a_page_moves_for_its_own_learner_only(open_as: OpenAs, service: Service) -> None:
    fay, gil = open_as("Fay Ford", "/me"), open_as("Gil Gray", "/me")
    calm(fay)
    calm(gil)
    heard = requests_of(gil)
    week = "document.querySelector('#student-calendar .js-plotly-plot').data[0].z.flat().filter(v => v > 0).length"
    before = fay.evaluate(week)

    service.post(service.campus.view("Fay Ford"))

    until(fay, f"{week} >= {before + 1}")
    calm(gil)
    # Nothing has changed for Gil, so nothing is asked but whether something has.
    assert set(heard) == {"/live"}


@pytest.mark.long
def test_the_as_of_line_moves_with_every_answer(open_as: OpenAs) -> None:
    page = open_as("Hue Hall", "/me")
    await_answer(page)
    line = page.locator(".la-asof").first
    before = line.inner_text()
    assert before.startswith("As of")

    expect(line).not_to_have_text(before)
    expect(page.locator("#shell-live")).to_have_attribute("data-state", "live")


def test_a_zoom_stays_when_new_data_come_and_a_double_click_ends_it(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    plot = page.locator("#classroom-time-and-score .nsewdrag")
    plot.scroll_into_view_if_needed()
    page.wait_for_selector("#classroom-time-and-score .nsewdrag")
    axis = "document.querySelector('#classroom-time-and-score .js-plotly-plot').layout.xaxis.range"
    whole = page.evaluate(axis)
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    until(page, f"JSON.stringify({axis}) !== {str(whole)!r}")
    zoomed = page.evaluate(axis)
    assert zoomed != whole
    before = page.evaluate(TODAY)

    service.post(service.campus.view("Dora Dean"), service.campus.view("Eli Ellis"))
    until(page, f"{TODAY} > {before}")
    calm(page)

    assert page.evaluate(axis) == pytest.approx(zoomed)
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, f"Math.abs({axis}[1] - {zoomed[1]}) > 1e-6")


@pytest.mark.long
def test_the_chosen_cell_the_order_and_the_selected_text_of_the_grid_stay(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    first = "#classroom-learners .ag-row[row-index='0']"
    page.locator("#classroom-learners .ag-header-cell[col-id=name]").click()
    expect(page.locator(f"{first} [col-id=name]")).to_contain_text("Ada Abel")
    page.locator(f"{first} [col-id=level]").focus()
    page.evaluate(f'getSelection().selectAllChildren(document.querySelector("{first} [col-id=name]"))')
    selected = page.evaluate("getSelection().toString()")
    assert selected
    before = page.evaluate(TODAY)

    service.post(service.campus.view("Ivy Ives"), service.campus.view("Ben Brook"), service.campus.view("Gil Gray"))
    until(page, f"{TODAY} > {before}")
    calm(page)

    assert page.evaluate("document.activeElement.getAttribute('col-id')") == "level"
    assert page.evaluate("getSelection().toString()") == selected
    expect(page.locator(f"{first} [col-id=name]")).to_contain_text("Ada Abel")


@pytest.mark.long
def test_the_chosen_rate_holds_and_is_remembered(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/me")
    calm(page, 1)
    interval = "dash_component_api.getLayout('shell-tick').props.interval"
    assert page.evaluate(interval) == 2_000

    page.locator("#shell-live").click()
    page.locator("#shell-rate").get_by_text("every 10").click()
    until(page, f"{interval} === 10000")
    page.reload()
    page.wait_for_selector("#student-page:not(.la-loading)")

    until(page, f"{interval} === 10000")


@pytest.mark.long
def test_scroll_and_the_rows_of_the_grid_stay(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), viewport={"width": 1280, "height": 500})
    page.wait_for_selector("#classroom-learners .ag-row")
    page.mouse.wheel(0, 400)
    until(page, "window.scrollY > 100")
    where = page.evaluate("window.scrollY")
    page.evaluate("document.querySelector('#classroom-learners .ag-row').marked = true")
    heard = requests_of(page)

    service.post(service.campus.view("Hue Hall"))
    with page.expect_response(lambda answer: "_dash-update-component" in answer.url):
        pass
    calm(page)

    assert page.evaluate("window.scrollY") == where
    assert page.evaluate("document.querySelector('#classroom-learners .ag-row').marked") is True
    assert heard.count("/_dash-update-component") >= 1


@pytest.mark.long
def test_pausing_stops_the_questions_and_is_remembered(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/me")
    calm(page)
    page.locator("#shell-live").click()
    page.locator("#shell-rate").get_by_text("Paused").click()
    expect(page.locator("#shell-live")).to_have_attribute("data-state", "paused")
    heard = requests_of(page)

    page.reload()
    page.wait_for_selector("#student-page:not(.la-loading)")
    expect(page.locator("#shell-live")).to_have_attribute("data-state", "paused")
    # The page that is loaded anew asks once for its first as-of line, and then no more.
    page.wait_for_timeout(5000)
    assert heard.count("/live") <= 1


@pytest.mark.long
def test_a_hidden_tab_asks_nothing_and_a_shown_one_at_once(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/me")
    calm(page)
    hide = """(hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    heard = requests_of(page)
    page.wait_for_timeout(5000)
    assert heard == []

    with page.expect_response(lambda answer: "/live" in answer.url, timeout=1500):
        page.evaluate(hide, False)


@pytest.mark.long
def test_a_tab_that_comes_and_goes_while_the_page_loads_breaks_nothing(
    service: Service, page: Page, page_errors: list[str]
) -> None:
    service.sign_in(page, "Ada Abel")
    page.add_init_script("""
        const told = setInterval(() => document.dispatchEvent(new Event('visibilitychange')), 1);
        addEventListener('load', () => setTimeout(() => clearInterval(told), 3000));
    """)

    page.goto(f"{service.base}/me")
    page.wait_for_selector("#student-page:not(.la-loading)")

    expect(page.locator("#shell-live")).to_have_attribute("data-state", "live")
    assert page_errors == []


def test_a_connection_that_is_lost_is_said_and_comes_back(open_as: OpenAs, page_errors: list[str]) -> None:
    page = open_as("Ada Abel", "/me")
    calm(page)

    page.context.set_offline(True)
    expect(page.locator("#shell-live")).to_have_attribute("data-state", "offline")
    page.context.set_offline(False)
    expect(page.locator("#shell-live")).to_have_attribute("data-state", "live")
    # Chromium itself writes requests that failed to the console.
    page_errors[:] = [error for error in page_errors if "ERR_INTERNET_DISCONNECTED" not in error]


@pytest.mark.long
def test_somebody_whose_session_has_ended_is_led_to_the_sign_in(open_as: OpenAs, page_errors: list[str]) -> None:
    page = open_as("Ada Abel", "/me")
    calm(page)

    page.context.clear_cookies()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page_errors[:] = [error for error in page_errors if "401" not in error]


@pytest.mark.long
def test_a_page_asks_once_more_when_the_data_that_were_under_way_have_come(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.wait_for_selector("#classroom-days .main-svg")
    held: list[tuple[Route, APIResponse]] = []
    asked: list[str] = []

    def hold(route: Route) -> None:
        if asked:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/_dash-update-component*", hold)
    service.post(service.campus.view("Ben Brook"))
    while not held:
        await_answer(page)
    under_way = len(held)
    service.post(service.campus.view("Cleo Cole"))
    await_news(page)
    calm(page)

    assert len(held) == under_way
    page.on("request", lambda request: asked.append(request.post_data or ""))
    with page.expect_request(lambda request: "classroom-page.className" in (request.post_data or "")):
        for route, answer in held:
            route.fulfill(response=answer)
    calm(page)
    assert sum("classroom-page.className" in body for body in asked) == 1
