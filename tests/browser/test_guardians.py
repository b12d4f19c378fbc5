"""From the rule over a code to a guardian who reads the page, in a real browser; and the end of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service
from tests.campus import ADMINISTRATOR, ADVISER, GUARDIAN, identifier_of

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
CHILD = "Ivy Ives"


@pytest.mark.long
def test_an_invitation_from_the_rule_to_its_end(open_as: OpenAs, service: Service, page_errors: list[str]) -> None:
    office = open_as(ADMINISTRATOR, f"{service.organisation()}/guardians")
    expect(office.get_by_role("heading", name="Guardians see nothing here")).to_be_visible()
    expect(office.locator("#guardians-inviting")).to_be_hidden()

    office.get_by_label("of learners who have agreed").check()
    office.get_by_role("button", name="Save the rule").click()
    expect(office.locator("#guardians-rule-said")).to_have_text("The rule is saved.")
    office.get_by_label("Account name").fill(identifier_of(CHILD).value)
    office.get_by_role("button", name="Make a code").click()
    code = office.locator(".la-once").inner_text()
    expect(office.locator("#guardians-list")).to_contain_text("invited, the code is not used yet")

    home = open_as(GUARDIAN, "/guardian")
    home.get_by_label("Code").fill(code)
    home.get_by_role("button", name="Become the guardian").click()
    expect(home.locator("#invitation-said")).to_contain_text("They have to agree")

    child = open_as(CHILD, "/me")
    child.locator("#shell-account summary").click()
    child.get_by_role("link", name="Who sees my page").click()
    child.get_by_role("button", name="Agree").click()
    expect(child.get_by_role("heading", name="1 guardian sees your page")).to_be_visible()

    home.goto(f"{service.base}/learners/{service.campus.people[CHILD].public_id}")
    expect(home.locator("#student-whose")).to_contain_text(f"The page of {CHILD}: you read it as their guardian")

    office.reload()
    office.locator(".la-end summary").click()
    office.get_by_role("button", name="End it now").click()
    expect(office.locator("#guardians-list")).to_contain_text("ended")
    # Nobody loads the page anew: its next question is refused, and it says so.
    expect(home.locator("#shell-refusal")).to_contain_text("There is nothing here for you")
    expect(home.locator("#student-page")).to_be_hidden()
    assert page_errors
    assert all("/live?" in error and "403" in error for error in page_errors), page_errors
    page_errors.clear()


@pytest.mark.long
def test_somebody_with_a_code_and_no_account_comes_to_the_page_from_the_sign_in(
    open_as: OpenAs, new_page: Callable[..., Page], service: Service
) -> None:
    office = open_as(ADMINISTRATOR, f"{service.organisation()}/guardians")
    office.get_by_label("of learners who have agreed").check()
    office.get_by_role("button", name="Save the rule").click()
    office.get_by_label("Account name").fill(identifier_of(CHILD).value)
    office.get_by_role("button", name="Make a code").click()
    code = office.locator(".la-once").inner_text()

    home = new_page()
    home.goto(f"{service.base}/guardian")
    home.get_by_role("link", name="You have a guardian's code and no account here?").click()
    home.get_by_label("Code").fill(code)
    home.get_by_label("Given name").fill("Pia")
    home.get_by_label("Family name").fill("Page")
    home.get_by_label("E-mail address").fill("pia@home.example")
    for field in ("Password", "The password once more"):
        home.get_by_label(field, exact=True).fill("nine slow trams")
    home.get_by_role("button", name="Make the account").click()
    expect(home.get_by_role("heading", name="Your account is made")).to_be_visible()

    child = open_as(CHILD, "/me/guardians")
    expect(child.locator("#own-guardians-list")).to_contain_text("Pia Page")
    child.get_by_role("button", name="Agree").first.click()
    expect(child.get_by_role("heading", name="1 guardian sees your page")).to_be_visible()

    home.get_by_role("link", name="Go to my first page").click()
    home.get_by_role("link", name=CHILD).click()
    expect(home.locator("#student-whose")).to_contain_text(f"The page of {CHILD}: you read it as their guardian")


@pytest.mark.long
def test_an_adviser_goes_from_the_caseload_to_a_page_and_back(open_as: OpenAs, service: Service) -> None:
    page = open_as(ADVISER, "/caseload")

    page.get_by_role("link", name="Ada Abel").click()
    expect(page.locator("#student-whose")).to_have_text("The page of Ada Abel, whom you advise")
    expect(page.locator("#shell-nav a[aria-current]")).to_have_text("Caseload")
    page.locator("#shell-nav").get_by_role("link", name="Caseload").click()
    expect(page.locator("#caseload-list")).to_contain_text("Ivy Ives")
