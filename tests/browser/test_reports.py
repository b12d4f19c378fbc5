"""A report is built by mouse, and the same by keyboard alone; it saves itself and is there after a reload."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.service import Service, until
from tests.browser.test_accessibility import found

NAMES = "[...document.querySelectorAll('#report-canvas .la-blk-name')].map(one => one.textContent).join('|')"
SAVED = "document.querySelector('.la-saved').textContent.startsWith('Saved at')"


BUILT = ("How do the courses compare?", "Active learners", "Who is active?", "What was handed in?")


def names(page: Page, *expected: str) -> None:
    until(page, f"{NAMES} === {'|'.join(expected)!r}")


def shows(page: Page, text: str) -> None:
    expect(page.locator("#report-sheet")).to_contain_text(text)


def new_report(open_as: Callable[..., Page], name: str = "Tess Thorne") -> Page:
    page = open_as(name, "/reports")
    page.get_by_role("button", name="New report").click()
    page.wait_for_selector(".la-report:not(.la-loading) .la-blks-empty")
    return page


def question(page: Page, name: str) -> None:
    page.locator(".la-q", has_text=name).click()


def test_a_report_is_built_by_mouse(service: Service, open_as: Callable[..., Page]) -> None:
    del service
    page = new_report(open_as)
    for name in ("Heading", "One value", "Who is active?", "What was handed in?"):
        question(page, name)
    page.locator(".la-q", has_text="How do the courses compare?").drag_to(
        page.locator(".la-blk").nth(1), target_position={"x": 5, "y": 5}
    )
    names(page, "A new part", "How do the courses compare?", "Active learners", "Who is active?", "What was handed in?")
    shows(page, "ALG 1")

    page.locator(".la-blk", has_text="Who is active?").drag_to(
        page.locator(".la-blk").first, target_position={"x": 100, "y": 2}
    )
    names(page, "Who is active?", "A new part", "How do the courses compare?", "Active learners", "What was handed in?")
    page.select_option("#report-control-grain", label="Month")
    shows(page, "per month")
    page.locator("#report-inspector").get_by_role("button", name="Table", exact=True).click()
    expect(page.locator("#report-inspector [data-control='chart'] [aria-pressed='true']")).to_have_attribute(
        "data-value", "table"
    )
    page.fill("#report-control-title", "Activity")
    names(page, "Activity", "A new part", "How do the courses compare?", "Active learners", "What was handed in?")

    page.get_by_role("button", name="Undo").click()
    names(page, "Who is active?", "A new part", "How do the courses compare?", "Active learners", "What was handed in?")
    page.get_by_role("button", name="Redo").click()
    page.locator(".la-report-name").click()
    expect(page.locator("#report-inspector h2")).to_have_text("The report")
    page.fill("#report-control-title", "Built by mouse")
    expect(page.locator(".la-report-name")).to_have_text("Built by mouse")
    until(page, SAVED)
    assert found(page) == []
    page.reload()
    names(page, "Activity", "A new part", "How do the courses compare?", "Active learners", "What was handed in?")
    shows(page, "Built by mouse")


def test_a_report_is_built_by_keyboard_alone(service: Service, open_as: Callable[..., Page]) -> None:
    del service
    page = open_as("Tess Thorne", "/reports")
    page.get_by_role("button", name="New report").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".la-report:not(.la-loading) .la-blks-empty")
    live = page.locator(".la-report-live")
    for words in ("heading", "one value", "who is", "handed", "compare"):
        page.locator("#report-search").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    names(page, "A new part", "Active learners", "Who is active?", "What was handed in?", "How do the courses compare?")
    expect(live).to_have_text("How do the courses compare? added, place 5 of 5")

    page.locator("#report-canvas [aria-selected='true']").focus()
    for key in ("Alt+ArrowUp", "Alt+ArrowUp", "Home", "ArrowDown", "Alt+ArrowDown"):
        page.keyboard.press(key)
    expect(live).to_have_text("Active learners moved, place 3 of 5")
    page.keyboard.press("Delete")
    names(page, "A new part", "How do the courses compare?", "Who is active?", "What was handed in?")
    expect(live).to_have_text("Active learners removed. Undo brings it back.")
    page.keyboard.press("Control+z")
    names(page, "A new part", "How do the courses compare?", "Active learners", "Who is active?", "What was handed in?")
    page.keyboard.press("Control+Shift+z")
    names(page, "A new part", "How do the courses compare?", "Who is active?", "What was handed in?")
    page.keyboard.press("Control+z")

    page.keyboard.press("Home")
    expect(page.locator("#report-inspector h2")).to_have_text("A new part")
    page.keyboard.press("Enter")
    expect(page.locator("#report-control-text")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("What we see")
    shows(page, "What we see")
    until(page, SAVED)
    page.reload()
    names(page, "What we see", *BUILT)
