"""Writing to learners in a real browser: select, look, ask once, send, take back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.web.application import Application
from tests.browser.service import Service
from tests.campus import Campus
from tests.served import application_on

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def application(campus: Campus) -> Iterator[Application]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("UPDATE people SET email = 'ben@example.edu' WHERE given_name = 'Ben'"))
    with application_on(
        campus.database, campus, smtp_host="127.0.0.1", smtp_from="analytics@example.edu", smtp_security="none"
    ) as made:
        yield made


def test_a_message_is_selected_written_asked_for_sent_and_taken_back(
    open_as: Callable[..., Page], service: Service
) -> None:
    page = open_as("Tess Thorne", service.course("ALG 1"), fresh=True)
    button = page.get_by_role("button", name="Message the selected")
    expect(button).to_be_disabled()
    row = page.locator("#classroom-learners .ag-row").filter(has_text="Ben Brook").first
    row.locator("input[type=checkbox]").check()
    expect(button).to_be_enabled()
    assert "/courses/" in page.url

    with page.expect_request(lambda sent: '"messages-who.data' in (sent.post_data or "")) as asked:
        button.click()
    expect(page.locator("#messages-to")).to_contain_text("1 mail, one for each: Ben Brook.")
    assert "Brook" not in (asked.value.post_data or ""), "of a row only its id is sent, so that thousands can be chosen"
    page.locator("#messages-template").select_option("blank")
    expect(page.locator("#messages-subject")).to_have_value("{course}")
    page.locator("#messages-body").fill("Dear {name}, see you.")
    page.locator("#messages-body").blur()
    expect(page.locator("#messages-preview")).to_contain_text("Dear Ben Brook, see you.")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#messages-copy").click()
    expect(page.locator("#messages-said")).to_have_text("Copied: the text for Ben Brook.")
    assert page.evaluate("navigator.clipboard.readText()") == "Ben Brook\nAlgebra\nDear Ben Brook, see you."
    page.locator("#messages-ask").click()
    expect(page.locator("#messages-asked")).to_contain_text("1 mail will be sent. Now?")
    page.locator("#messages-send").click()
    expect(page.locator("#messages-said")).to_have_text("1 mail will go in 10 seconds.")
    expect(page.locator("#messages-ask")).to_be_disabled()
    page.locator("#messages-undo").click()
    expect(page.locator("#messages-said")).to_have_text("Taken back. Nothing was sent.")

    page.keyboard.press("Escape")
    expect(page.locator("#messages-dialog")).not_to_be_visible()
