"""The store of an organisation, as an administrator enters it in the dialog of schedules."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashapp.security.outgoing import Outgoing
from tests.browser.test_reports import new_report
from tests.object_store import ACCESS_KEY, BUCKET, SECRET, object_store


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
