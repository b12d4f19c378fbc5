"""A report is scheduled in the browser, made at once by the jobs, and fetched from the list of what has come."""

from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal

import pytest
from playwright.sync_api import Page, expect

from dashapp.domain.clock import system_clock
from dashapp.jobs.report_copies import ScheduledReports
from dashapp.security.outgoing import Outgoing
from tests.browser.service import Service
from tests.browser.test_reports import new_report, question, shows
from tests.object_store import ACCESS_KEY, BUCKET, SECRET, object_store


def test_a_report_is_scheduled_made_at_once_and_downloaded(service: Service, open_as: Callable[..., Page]) -> None:
    page = new_report(open_as)
    question(page, "How do the courses compare?")
    shows(page, "ALG 1")
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
    dialog.get_by_label("E-mail", exact=True).uncheck()
    dialog.get_by_label("To be downloaded").check()
    for name in ("PDF document", "Charts in the mail itself"):
        dialog.get_by_label(name).uncheck()
    dialog.get_by_label("CSV").check()
    dialog.get_by_role("button", name="Save the schedule").click()
    expect(dialog).to_contain_text("Mondays, 06:45")
    expect(dialog.locator("#schedules-form")).to_be_hidden()
    dialog.get_by_role("button", name="Run now").click()
    expect(dialog).to_contain_text("It is being made now.")

    ScheduledReports(service.campus.settings, service.campus.database, system_clock).run(Signal())
    dialog.get_by_text("What has come of it").click()
    expect(dialog).to_contain_text("Delivered")

    page.goto(f"{service.base}/reports")
    with page.expect_download() as loading:
        page.locator("#received-rows a").first.click()
    assert "ALG 1" in loading.value.path().read_text(encoding="utf-8-sig")


def test_an_administrator_enters_a_store_sees_that_it_works_and_schedules_into_it(
    open_as: Callable[..., Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The service of these tests allows no address of this machine, where the store is.
    monkeypatch.setattr(Outgoing, "_allows", lambda _self, address: address.is_loopback)
    page = new_report(open_as, "Max Moor")
    page.get_by_role("button", name="Schedule", exact=True).click()
    dialog = page.locator("#schedules-dialog")
    dialog.get_by_role("button", name="New schedule").click()
    dialog.get_by_text("Other programs, and people without an account").click()
    expect(dialog.locator("#report-store-place")).to_contain_text("No store is set yet")
    dialog.get_by_text("The store of the organisation").click()
    with object_store(tmp_path) as server:
        for name, value in (
            ("endpoint", server.url),
            ("bucket", BUCKET),
            ("prefix", "weekly"),
            ("access-key", ACCESS_KEY),
            ("secret", "another"),
        ):
            dialog.locator(f"#report-store-{name}").fill(value)
        dialog.get_by_role("button", name="Save the store and try it").click()
        expect(dialog.locator("#report-store-said")).to_contain_text("does not know the key")
        expect(dialog.locator("#report-store-secret")).to_have_value("")
        dialog.locator("#report-store-secret").fill(SECRET)
        dialog.get_by_role("button", name="Save the store and try it").click()
        expect(dialog.locator("#report-store-said")).to_have_text("The store is saved, and works.")
    expect(dialog.locator("#report-store-place")).to_contain_text(f"/{BUCKET}/weekly")
    dialog.get_by_label("Put it into the store").check()
    dialog.get_by_role("button", name="Save the schedule").click()
    expect(dialog.locator("#schedules-rows")).to_contain_text("Store")
