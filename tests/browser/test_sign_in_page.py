"""The page of the ways in, in a browser: what is made is shown once, and opens what it is for."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service
from tests.campus import ADMINISTRATOR

pytestmark = pytest.mark.browser
PASSWORD = "nine slow trams"


@pytest.mark.long
def test_an_account_is_opened_and_its_owner_sets_a_password_and_signs_in(
    open_as: Callable[..., Page], new_page: Callable[..., Page], service: Service
) -> None:
    office = open_as(ADMINISTRATOR, f"{service.organisation()}/sign-in")
    expect(office.locator("#signin-account-rows")).to_contain_text("No account yet")
    office.locator("summary", has_text="Open an account").click()
    office.get_by_label("E-mail address, or another name").fill("pia@home.example")
    office.get_by_role("button", name="Open an account").click()
    expect(office.locator("#signin-account-rows")).to_contain_text("Has no password yet")
    link = office.locator("#signin-shown .la-once").inner_text()

    person = new_page()
    person.goto(f"{service.base}/sign-in/password{link.partition('/sign-in/password')[2]}")
    for field in ("New password", "The new password once more"):
        person.get_by_label(field, exact=True).fill(PASSWORD)
    person.get_by_role("button", name="Set the password").click()
    person.get_by_role("link", name="Sign in").click()
    person.get_by_label("Name or e-mail address").fill("pia@home.example")
    person.get_by_label("Password").fill(PASSWORD)
    person.get_by_role("button", name="Sign in", exact=True).click()
    expect(person.locator("#shell-account summary")).to_be_visible()

    office.reload()
    expect(office.locator("#signin-account-rows")).to_contain_text("Open")
    expect(office.locator("#signin-shown .la-once")).to_have_count(0)
    office.get_by_label("Search").fill("nobody")
    expect(office.locator("#signin-account-rows")).to_contain_text("No account of this name")
