"""A choice on a course's page while the database is away: what cards show under it is never another choice's without a
word, and they are filled by themselves when the database is back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service, until
from tests.browser.test_database_away import MISSING, away, open_page, served
from tests.campus import LEARNERS

__all__ = ["served"]
pytestmark = [pytest.mark.browser, pytest.mark.long]
NAMES = """[...document.querySelectorAll('#classroom-learners .ag-row [col-id=name]')]
  .map((one) => one.innerText.trim()).sort()"""
CARDS = "[...document.querySelectorAll('.la-page .la-card > .la-body')].filter((one) => one.checkVisibility())"
SAY = f"{CARDS}.every((one) => getComputedStyle(one, '::after').content.includes('Not here yet'))"
SAY_NOTHING = f"{CARDS}.every((one) => getComputedStyle(one, '::after').content === 'none')"


def test_cards_say_that_they_do_not_show_a_choice_yet_and_show_it_in_the_end(
    served: Service, page: Page, page_errors: list[str], postgres_admin_url: str
) -> None:
    open_page(served, page, "Tess Thorne", served.course("ALG 1"))
    until(page, f"{NAMES}.length === {len(LEARNERS['algebra'])}")

    with away(served.campus, postgres_admin_url):
        page.locator("#classroom-section").select_option(label="Section B")
        expect(page.locator(MISSING)).to_contain_text("Parts of this page have not come yet.")
        until(page, SAY)
        assert "section=" in page.url

    of_b = sorted(LEARNERS["algebra"][1::2])
    until(page, f"JSON.stringify({NAMES}) === JSON.stringify({of_b})")
    expect(page.locator(MISSING)).to_have_count(0)
    until(page, SAY_NOTHING)
    page_errors.clear()
