"""The pages in a real browser: who sees what, filters in the address, frames, widths, keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service, until
from tests.campus import ADMINISTRATOR

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


@pytest.fixture
def page(used_page: Callable[..., Page]) -> Page:
    """Of somebody who has not signed in, in a browser that has read the service's scripts before."""
    return used_page(viewport={"width": 1280, "height": 900})


def test_one_click_on_the_sign_in_page_opens_the_own_page(service: Service, page: Page) -> None:
    page.goto(f"{service.base}/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    page.get_by_role("button", name="Ada Abel").click()

    page.wait_for_selector("#student-page:not(.la-loading)")
    assert page.url == f"{service.base}/me"
    expect(page.locator("#shell-account")).to_contain_text("AA")


def test_two_people_on_the_same_kind_of_page_see_their_own_data_only(open_as: OpenAs) -> None:
    ada, ben = open_as("Ada Abel", "/me"), open_as("Ben Brook", "/me")

    expect(ada.locator("#student-course")).to_contain_text("BOT 1")
    expect(ben.locator("body")).not_to_contain_text("BOT 1")
    expect(ben.locator("body")).not_to_contain_text("Abel")
    expect(ada.locator("body")).not_to_contain_text("Brook")


@pytest.mark.long
def test_the_start_leads_to_the_page_of_the_role(open_as: OpenAs, service: Service) -> None:
    assert open_as("Ada Abel", "/").url == f"{service.base}/me"
    assert open_as("Tess Thorne", "/").url == service.base + service.course("ALG 1")
    assert open_as(ADMINISTRATOR, "/").url == service.base + service.organisation()


def test_a_learner_in_the_grid_opens_the_page_of_that_learner(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))

    page.locator("#classroom-learners").get_by_text("Ben Brook").first.click()

    page.wait_for_selector("#student-page:not(.la-loading)")
    assert f"/learners/{service.campus.people['Ben Brook'].public_id}" in page.url
    page.go_back()
    page.wait_for_selector("#classroom-page:not(.la-loading)")


@pytest.mark.long
def test_a_row_of_the_grid_opens_by_a_click_anywhere_and_by_enter(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    row = page.locator("#classroom-learners .ag-row").filter(has_text="Ben Brook").first

    row.locator("[col-id=score]").click()
    page.wait_for_selector("#student-page:not(.la-loading)")
    page.go_back()
    page.wait_for_selector("#classroom-page:not(.la-loading)")
    row.locator("[col-id=level]").focus()
    page.keyboard.press("Enter")

    page.wait_for_selector("#student-page:not(.la-loading)")
    assert f"/learners/{service.campus.people['Ben Brook'].public_id}" in page.url


def test_a_page_of_words_says_nothing_about_being_live(service: Service, page: Page) -> None:
    service.sign_in(page, "Ada Abel")
    page.goto(f"{service.base}/courses")

    expect(page.locator("#_pages_content")).to_contain_text("There is nothing here for you")
    expect(page.locator("#shell-live")).to_be_hidden()


def test_the_list_of_classrooms_has_figures_and_leads_on_inside_of_a_frame_too(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as("Tess Thorne", "/embed/courses")

    row = page.locator("#courses-list tbody tr").filter(has_text="ALG 1")
    assert row.locator("td").nth(1).inner_text() == "8"
    expect(page.locator("#shell-embed-open")).to_have_attribute("href", "/courses")
    row.get_by_role("link").click()

    page.wait_for_selector("#classroom-page:not(.la-loading)")
    assert page.url == f"{service.base}/embed{service.course('ALG 1')}"


def test_the_tabs_of_a_phone_stand_at_the_foot_of_a_short_page(open_as: OpenAs) -> None:
    page = open_as("Tess Thorne", "/courses", viewport={"width": 360, "height": 800})

    box = page.locator("#shell-tab-bar").bounding_box()
    assert box is not None
    assert round(box["y"] + box["height"]) == 800


def test_a_page_of_somebody_else_says_that_there_is_nothing(open_as: OpenAs, service: Service, page: Page) -> None:
    service.sign_in(page, "Ada Abel")

    page.goto(f"{service.base}/learners/{service.campus.people['Ben Brook'].public_id}")

    expect(page.locator("#shell-refusal")).to_contain_text("There is nothing here for you")
    expect(page.locator("#student-page")).to_be_hidden()


def test_an_address_without_a_page_says_so_to_people_and_to_programs(
    service: Service, page: Page, page_errors: list[str]
) -> None:
    service.sign_in(page, "Ada Abel")

    answer = page.goto(f"{service.base}/nowhere")

    expect(page.locator("#_pages_content")).to_contain_text("There is nothing here for you")
    assert answer is not None
    assert answer.status == 404
    # The browser itself writes the status of the document to the console.
    page_errors[:] = [error for error in page_errors if "/nowhere" not in error]


def test_filters_stand_in_the_address_and_survive_reload_and_back(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", f"{service.course('ALG 1')}?section=unknown")
    count = page.locator("#classroom-count")
    # A section that nobody knows is ignored.
    expect(count).to_have_text("8 learners")
    assert page.locator("#classroom-section").evaluate("field => field.selectedOptions[0].textContent") == "all"

    page.select_option("#classroom-section", "B")
    expect(count).to_have_text("4 learners")
    page.select_option("#classroom-range", "custom")
    page.fill("#classroom-first", "2026-01-05")
    page.locator("#classroom-first").press("Enter")
    page.wait_for_url(re.compile("section=B.*from=2026-01-05"))

    page.reload()
    expect(count).to_have_text("4 learners")
    expect(page.locator("#classroom-section")).to_have_value("B")
    expect(page.locator("#classroom-first")).to_have_value("2026-01-05")

    page.select_option("#classroom-section", "A")
    page.wait_for_url(re.compile("section=A"))
    page.go_back()
    expect(page.locator("#classroom-section")).to_have_value("B")
    page.go_forward()
    expect(page.locator("#classroom-section")).to_have_value("A")
    expect(count).to_have_text("4 learners")


@pytest.mark.long
def test_a_level_narrows_the_list_and_not_the_counts(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    chips, levels = page.locator("#classroom-level label"), page.locator("#classroom-learners .ag-row [col-id=level]")
    expect(levels).to_have_count(8)
    everybody, counts = levels.all_inner_texts(), chips.all_inner_texts()
    calm = everybody.count("On course")
    assert 0 < calm < 8, "there are learners of several levels"
    assert any(re.fullmatch(rf"On course\W+{calm}", text) for text in counts), counts

    page.locator("#classroom-level").get_by_text("On course").click()

    page.wait_for_url(re.compile("level=calm"))
    expect(levels).to_have_text(["On course"] * calm)
    expect(page.locator("#classroom-count")).to_have_text(f"{calm} learners")
    assert chips.all_inner_texts() == counts
    page.go_back()
    expect(page.locator("#classroom-count")).to_have_text("8 learners")
    expect(levels).to_have_count(8)


@pytest.mark.long
def test_the_fields_of_dates_show_the_range_until_one_is_chosen(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.select_option("#classroom-range", "custom")
    holds = page.locator("#classroom-last-holds")
    expect(holds).to_be_visible()
    assert holds.inner_text() in page.locator("#classroom-days-line").inner_text()

    page.locator("#classroom-last").focus()
    expect(holds).to_be_hidden()


def test_an_administrator_sees_groups_and_nothing_that_would_choose_among_learners(
    open_as: OpenAs, service: Service
) -> None:
    page = open_as(ADMINISTRATOR, service.course("ALG 1"))

    expect(page.locator("#classroom-lead")).to_contain_text("Administrators see groups only")
    expect(page.locator("#classroom-strip")).to_be_visible()
    expect(page.locator("article:has(#classroom-days)")).to_contain_text("Hidden for privacy")
    for part in ("learners", "heat", "time-and-score", "section", "level"):
        expect(page.locator(f"#classroom-{part}")).to_be_hidden()


def test_another_course_is_chosen_beside_the_filters_and_keeps_the_dates(open_as: OpenAs, service: Service) -> None:
    algebra, botany = service.course("ALG 1"), service.course("BOT 1")
    page = open_as(ADMINISTRATOR, f"{algebra}?section=A&from=2026-01-05")

    page.select_option("#classroom-course", botany.rsplit("/", 1)[-1])

    page.wait_for_url(f"{service.base}{botany}?from=2026-01-05")
    expect(page.locator("#classroom-course")).to_have_value(botany.rsplit("/", 1)[-1])
    page.go_back()
    expect(page.locator("#classroom-course")).to_have_value(algebra.rsplit("/", 1)[-1])


@pytest.mark.long
def test_the_table_of_a_chart_names_its_unit(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    page.wait_for_selector("#classroom-heat .main-svg")

    card = page.locator("article:has(#classroom-heat)")
    card.locator("summary").click()
    card.get_by_role("button", name="Data table").click()

    expect(page.locator("#la-data-table")).to_contain_text("per learner and week")


def test_an_embedded_page_has_no_navigation(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/embed/me")

    expect(page.locator(".la-nav")).to_be_hidden()
    expect(page.locator(".la-tabbar")).to_be_hidden()
    expect(page.locator("#shell-embed-title")).to_have_text("My page")
    expect(page.locator("#shell-embed-open")).to_have_attribute("href", "/me")


def pages_of(service: Service) -> list[tuple[str, str]]:
    return [("Ada Abel", "/me"), ("Tess Thorne", service.course("ALG 1")), (ADMINISTRATOR, service.organisation())]


@pytest.mark.parametrize("width", [900, pytest.param(2560, marks=pytest.mark.long)])
def test_nothing_sticks_out_sideways(open_as: OpenAs, service: Service, width: int) -> None:
    for name, path in pages_of(service):
        page = open_as(name, path, viewport={"width": 360, "height": 800})
        page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
        wide, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= inner, f"{path} opened on a phone"
        page.set_viewport_size({"width": width, "height": 800})
        # Plots take their new size a moment after the window has.
        until(page, f"window.innerWidth === {width} && document.documentElement.scrollWidth <= {width}")


def test_a_list_takes_no_more_room_on_a_phone_than_what_is_in_it(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/me", viewport={"width": 360, "height": 800})

    room = "['due', 'next'].map((name) => document.getElementById(`student-${name}`)).map((list) => "
    left = page.evaluate(f"{room} list.clientHeight - list.firstElementChild.offsetHeight)")
    assert left == [0, 0]


def all_is_near(page: Page) -> None:
    """On paper there is no fold."""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".la-further.la-loading")).to_have_count(0)


def test_what_stands_below_the_fold_is_read_when_it_comes_near(open_as: OpenAs, service: Service) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"))
    part = page.locator("#classroom-work")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.post_data or "") if "_dash-update" in sent.url else None)
    page.wait_for_selector("#classroom-heat .main-svg")
    expect(part).to_have_class("la-further la-loading")

    part.scroll_into_view_if_needed()

    expect(part).to_have_class("la-further")
    expect(part.locator(".la-asof").first).to_have_text(re.compile(r"^(Late: as|As) of \d"))
    page.select_option("#classroom-section", "B")
    expect(page.locator("#classroom-count")).to_have_text("4 learners")
    questions = [each for each in asked if "classroom-work-wanted" in each]
    assert len(questions) == 2


@pytest.mark.long
def test_every_card_says_as_of_when(open_as: OpenAs, service: Service) -> None:
    for name, path in pages_of(service):
        page = open_as(name, path)
        page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
        all_is_near(page)
        cards = page.locator(".la-card, .la-strip").filter(visible=True)
        assert cards.count() >= 4, path
        for card in cards.all():
            expect(card.locator(".la-asof")).to_have_text(re.compile(r"^(Late: as|As) of \d"))


@pytest.mark.long
def test_the_theme_is_the_systems_first_and_then_ones_own(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/me", color_scheme="dark")
    theme = "document.documentElement.dataset.bsTheme"
    assert page.evaluate(theme) == "dark"

    page.click("#shell-theme")
    assert page.evaluate(theme) == "light"
    page.reload()
    page.wait_for_selector("#student-page:not(.la-loading)")
    assert page.evaluate(theme) == "light"


def test_the_menu_of_a_card_opens_and_closes_by_keyboard(open_as: OpenAs) -> None:
    page = open_as("Ada Abel", "/me")
    summary = page.locator("article:has(#student-weeks) summary")

    summary.focus()
    page.keyboard.press("Enter")
    entry = page.locator("article:has(#student-weeks) .la-pop button").first
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#student-weeks-definition")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#student-weeks-definition")).to_be_hidden()
    expect(summary).to_be_focused()


TABLE = """(() => {
  const dialog = document.querySelector('#la-data-table[open]');
  const rows = [...dialog.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((one) => one.innerText.trim()));
  return { heads: [...dialog.querySelectorAll('thead th')].map((one) => one.innerText.trim()), rows };
})()"""


@pytest.mark.long
def test_every_chart_has_its_numbers_as_a_table(open_as: OpenAs, service: Service) -> None:
    for name, path in pages_of(service)[:2]:
        page = open_as(name, path)
        page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
        all_is_near(page)
        opened = 0
        for button in page.locator("[data-la-table]").all():
            chart = button.get_attribute("data-la-table")
            plot = page.locator(f".la-plot:has(#{chart})")
            if not plot.evaluate("element => element.checkVisibility()"):
                # Two cohorts are drawn only where they are compared.
                continue
            expect(plot.locator(".trace, .hm image, .la-over > *").first).to_be_attached()
            button.evaluate("element => element.click()")
            expect(page.locator("#la-data-table")).to_be_visible()
            table = page.evaluate(TABLE)
            if plot.locator(".la-over > *").count():
                assert table["rows"] == [], f"{chart} is not shown and has numbers"
            else:
                opened += 1
                assert len(table["heads"]) >= 2, chart
                assert "" not in table["heads"], chart
                assert {len(row) for row in table["rows"]} == {len(table["heads"])}, chart
                assert all(row[0] for row in table["rows"]), chart
                assert any(re.search(r"\d", text) for row in table["rows"] for text in row[1:]), chart
            page.keyboard.press("Escape")
            expect(page.locator("dialog[open]")).to_have_count(0)
        assert opened >= 4, f"{path} has more charts with numbers than {opened}"
