"""A report is built by mouse, and the same by keyboard alone; it saves itself, is there after a reload, goes out by
mail and is taken along as a document and as a workbook."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from threading import Event as Signal

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Download, Locator, Page, expect
from pypdf import PdfReader
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.clock import system_clock
from dashapp.jobs.exports import ReportExports
from dashapp.jobs.report_copies import ScheduledReports
from dashapp.settings import Settings
from tests.browser.axe import found
from tests.browser.service import Service, until
from tests.mail_server import MailBox, mail_server

NAMES = "[...document.querySelectorAll('#report-canvas .la-blk-name')].map(one => one.textContent).join('|')"
SAVED = "document.querySelector('.la-saved').textContent.startsWith('Saved at')"
BUILT = ("How do the courses compare?", "Active learners", "Who is active?", "What was handed in?")
TESS = "tess@example.edu"
FOCUSED = """(() => {
  const one = document.activeElement;
  return (one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent).trim();
})()"""
HOLD = """(block) => {
  const plot = document.querySelector(`[data-la-shows="${block}"] .js-plotly-plot`);
  window.held = plot?.data && { plot, data: plot.data };
  return Boolean(window.held);
}"""
"""Whether the chart of a block is drawn, which is then remembered with its data."""
UNTOUCHED = "held.plot.isConnected && held.plot.data === held.data"


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_server() as made:
        yield made


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


def chart_of(page: Page, name: str) -> None:
    """Waits for a block's chart, and remembers it."""
    block = page.locator(".la-blk", has_text=name).get_attribute("data-block")
    page.wait_for_selector(f"[data-la-shows='{block}'] .js-plotly-plot .main-svg")
    assert page.evaluate(HOLD, block)


def by_mail(service: Service, box: MailBox) -> Settings:
    """The settings of jobs that send mail, to people who have an address."""
    campus = service.campus
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        person = campus.people["Tess Thorne"].person_id
        connection.execute(text("UPDATE people SET email = :at WHERE person_id = :own"), {"at": TESS, "own": person})
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_from": "analytics@example.edu"}
    return campus.settings.model_copy(update={**mail, "smtp_security": "none"})


def run_to_its_end(job: ScheduledReports | ReportExports) -> None:
    """One round of a job; then its Chromium ends with it."""
    job.run(Signal())
    ended = Signal()
    ended.set()
    job.run(ended)


def attachments(box: MailBox) -> dict[str, bytes]:
    """Of the one mail that has come to Tess, by the ends of their names."""
    (one,) = box.to(TESS)
    files: dict[str, bytes] = {}
    for part in one.mail.iter_attachments():
        assert isinstance(part, EmailMessage)
        files[Path(str(part.get_filename())).suffix] = part.get_content()
    return files


def is_whole_document(data: bytes, title: str, *blocks: str) -> None:
    pages = PdfReader(BytesIO(data)).pages
    written = "\n".join(page.extract_text() for page in pages)
    for said in (title, *blocks, "ALG 1", f"{len(pages)} of {len(pages)}"):
        assert said in written


def is_whole_workbook(data: bytes, *blocks: str) -> None:
    book = load_workbook(BytesIO(data))
    assert book.sheetnames == [*(block.rstrip("?") for block in blocks), "Notes"]
    rows = [tuple(cell.value for cell in row) for row in book.worksheets[blocks.index(BUILT[0])].iter_rows()]
    assert any("ALG 1" in row for row in rows)


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def built_by_mouse(page: Page) -> None:
    for name in ("Heading", "One value", "Who is active?", "What was handed in?"):
        question(page, name)
    chart_of(page, "What was handed in?")
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
    shows(page, "Activity")
    assert page.evaluate(UNTOUCHED), "a chart is drawn anew though only other blocks have changed or moved"


def test_a_report_is_built_by_mouse_goes_out_by_mail_and_is_taken_along(
    service: Service, open_as: Callable[..., Page], box: MailBox
) -> None:
    page = new_report(open_as)
    built_by_mouse(page)
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
    blocks = ("Activity", "How do the courses compare?", "Active learners", "What was handed in?")
    names(page, blocks[0], "A new part", *blocks[1:])
    shows(page, "Built by mouse")

    settings = by_mail(service, box)
    scheduled_by_mouse(page)
    run_to_its_end(ScheduledReports(settings, service.campus.database, system_clock))
    page.locator("summary", has_text="What has come of it").click()
    expect(page.locator("#schedules-dialog .la-schedule-list")).to_contain_text("Delivered")
    page.locator("#schedules-dialog").get_by_role("button", name="Close").click()
    is_whole_workbook(attachments(box)[".xlsx"], *blocks)

    page.get_by_role("button", name="Download", exact=True).click()
    dialog = page.locator("#report-downloads")
    for form in ("PDF document", "Excel workbook"):
        dialog.get_by_role("button", name=form, exact=True).click()
        expect(dialog.locator(".la-list")).to_contain_text(form)
    run_to_its_end(ReportExports(service.campus.settings, service.campus.database, system_clock))
    taken = {}
    for form in ("PDF document", "Excel workbook"):
        with page.expect_download() as started:
            dialog.get_by_role("link", name=f"Download: Built by mouse, {form}").click()
        taken[form] = content(started.value)
    is_whole_document(taken["PDF document"], "Built by mouse", "A new part", *blocks)
    is_whole_workbook(taken["Excel workbook"], *blocks)

    page.goto(f"{service.base}/reports")
    with page.expect_download() as started:
        page.locator("#received-rows a").first.click()
    is_whole_workbook(content(started.value), *blocks)


def test_another_measure_takes_the_title_of_the_palettes_question_along_but_none_that_was_typed(
    service: Service, open_as: Callable[..., Page]
) -> None:
    del service
    page = new_report(open_as)
    question(page, "Who is active?")
    names(page, "Who is active?")
    measure = page.locator("#report-control-measure")
    measure.select_option(label="Median score")
    until(page, f"!{NAMES}.includes('active')")
    page.fill("#report-control-title", "Mine")
    names(page, "Mine")
    measure.select_option(label="Active learners")
    expect(measure.locator("option:checked")).to_have_text("Active learners")
    names(page, "Mine")


def scheduled_by_mouse(page: Page) -> None:
    """Every Monday by mail and to be fetched, as a workbook; and once now."""
    page.get_by_role("button", name="Schedule", exact=True).click()
    dialog = page.locator("#schedules-dialog")
    expect(dialog).to_contain_text("It goes out to nobody yet.")
    dialog.get_by_role("button", name="New schedule").click()
    expect(dialog.locator("#schedules-cron")).to_be_hidden()
    dialog.locator("#schedules-every").select_option(label="Otherwise (cron)")
    expect(dialog.locator("#schedules-cron")).to_be_visible()
    dialog.locator("#schedules-every").select_option(label="On days of the week")
    dialog.locator("#schedules-time").fill("06:45")
    expect(dialog.get_by_label("Tess Thorne")).to_be_checked()
    expect(dialog.get_by_label("E-mail", exact=True)).to_be_checked()
    dialog.get_by_label("To be downloaded").check()
    for name in ("PDF document", "Charts in the mail itself"):
        dialog.get_by_label(name).uncheck()
    dialog.get_by_label("Excel workbook").check()
    dialog.get_by_role("button", name="Save the schedule").click()
    expect(dialog).to_contain_text("Mondays, 06:45")
    expect(dialog.locator("#schedules-form")).to_be_hidden()
    dialog.get_by_role("button", name="Run now").click()
    expect(dialog).to_contain_text("It is being made now.")


def built_by_keyboard(page: Page) -> None:
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


def new_report_by_keyboard(open_as: Callable[..., Page]) -> Page:
    page = open_as("Tess Thorne", "/reports")
    page.get_by_role("button", name="New report").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".la-report:not(.la-loading) .la-blks-empty")
    return page


def test_a_report_is_built_by_keyboard_alone(service: Service, open_as: Callable[..., Page]) -> None:
    del service
    built_by_keyboard(new_report_by_keyboard(open_as))


def go_to(page: Page, name: str, most: int = 150) -> None:
    """Goes on by the tabulator until what has this name has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"the tabulator does not lead to: {name}")


def scheduled_by_keyboard(page: Page) -> Locator:
    """The dialog, with a schedule that goes out by mail as document and workbook; and once now."""
    go_to(page, "Schedule")
    page.keyboard.press("Enter")
    dialog = page.locator("#schedules-dialog")
    expect(dialog).to_contain_text("It goes out to nobody yet.")
    go_to(page, "New schedule")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Tess Thorne")).to_be_checked()
    go_to(page, "Excel workbook")
    page.keyboard.press("Space")
    go_to(page, "Save the schedule")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Mondays, 07:00")
    go_to(page, "Run now: Mondays, 07:00")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("It is being made now.")
    return dialog


@pytest.mark.long
def test_what_was_built_goes_out_by_mail_and_is_taken_along_by_keyboard_alone(
    service: Service, open_as: Callable[..., Page], box: MailBox
) -> None:
    """The same way as by mouse, with a document in the mail: long, since it draws the charts of three documents."""
    page = new_report_by_keyboard(open_as)
    built_by_keyboard(page)
    settings, press = by_mail(service, box), page.keyboard.press
    page.wait_for_selector(".la-report:not(.la-loading)")

    dialog = scheduled_by_keyboard(page)
    run_to_its_end(ScheduledReports(settings, service.campus.database, system_clock))
    expect(dialog.locator(".la-schedule-list")).to_contain_text("What has come of it")
    files = attachments(box)
    is_whole_document(files[".pdf"], "New report", "What we see", *BUILT)
    is_whole_workbook(files[".xlsx"], *BUILT)
    press("Escape")
    expect(dialog).to_be_hidden()

    go_to(page, "Download")
    press("Enter")
    downloads = page.locator("#report-downloads")
    expect(downloads).to_be_visible()
    for form in ("PDF document", "Excel workbook"):
        go_to(page, form)
        press("Enter")
        expect(downloads.locator(".la-list")).to_contain_text(form)
    run_to_its_end(ReportExports(service.campus.settings, service.campus.database, system_clock))
    expect(downloads.get_by_role("link", name="Download: New report, PDF document")).to_be_visible()
    taken = {}
    for form in ("PDF document", "Excel workbook"):
        go_to(page, f"Download: New report, {form}")
        with page.expect_download() as started:
            press("Enter")
        taken[form] = content(started.value)
    is_whole_document(taken["PDF document"], "New report", "What we see", *BUILT)
    is_whole_workbook(taken["Excel workbook"], *BUILT)
