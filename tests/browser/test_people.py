"""The way of an administrator from a search to somebody's roles, and through a merge and back, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.service import Service
from tests.campus import ADMINISTRATOR, ADVISER

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


def opened(open_as: OpenAs, service: Service, who: str, **options: object) -> Page:
    person = service.campus.people[who].public_id
    return open_as(ADMINISTRATOR, f"{service.organisation()}/people/{person}", **options)


@pytest.mark.long
def test_from_a_search_as_one_types_to_a_role_and_back(open_as: OpenAs, service: Service) -> None:
    page = open_as(ADMINISTRATOR, f"{service.organisation()}/people")
    expect(page.locator("#people-title")).to_contain_text("16 people")

    page.locator("#people-search").press_sequentially("brook b")
    expect(page.locator("#people-rows tbody tr")).to_have_count(1)
    page.wait_for_url(re.compile(r"search=brook"))
    page.reload()
    expect(page.locator("#people-search")).to_have_value("brook b")
    page.locator("#people-rows").get_by_role("link", name="Ben Brook").press("Enter")
    expect(page.locator("#person-title")).to_have_text("Ben Brook")

    page.get_by_text("Give a role in a course").click()
    page.locator("#person-give-role").select_option("assistant")
    page.locator("#person-give-search").fill("bot")
    page.locator("#person-give-course").select_option(label="BOT 1 · Botany")
    expect(page.locator("#person-give-section option", has_text="Section A")).to_be_attached()
    page.locator("#person-give-section").select_option(label="Section A")
    page.get_by_role("button", name="Give the role").click()
    expect(page.locator("#person-said")).to_have_text("The role is given.")
    expect(page.locator("#person-role-rows")).to_contain_text("Botany, Section A")

    page.get_by_role("button", name="End: Assistant, BOT 1 · Botany, Section A").click()
    expect(page.locator("#person-said")).to_have_text("The role has ended.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#person-said")).to_have_text("It is as before.")
    expect(page.get_by_role("button", name=re.compile("End: Assistant"))).to_be_visible()


@pytest.mark.long
def test_a_merge_is_looked_at_while_events_come_done_and_taken_back(open_as: OpenAs, service: Service) -> None:
    page = opened(open_as, service, "Gil Gray")
    page.locator("#person-other-search").fill("hue")
    page.locator("#person-other").get_by_text("Hue Hall").click()
    preview = page.locator("#person-preview")
    expect(preview).to_contain_text("Gil Gray stands for both")
    page.get_by_text("The other one does").click()
    expect(preview).to_contain_text("Hue Hall stands for both")
    page.get_by_text("This entry stands for both").click()
    expect(preview).to_contain_text("Gil Gray stands for both")

    # The page follows what happens meanwhile, and what is looked at stays.
    with page.expect_response(lambda answer: "person-page" in (answer.request.post_data or "")):
        service.post(service.campus.view("Gil Gray"))
    expect(preview).to_contain_text("Gil Gray stands for both")

    page.get_by_role("button", name="Merge them").click()
    expect(page.locator("#person-said")).to_contain_text("They are one person now")
    expect(page.locator("#person-name-rows")).to_contain_text("hue.hall")
    expect(preview).to_be_empty()

    page.get_by_role("button", name="Look at a split: hue.hall").click()
    expect(preview).to_contain_text("hue.hall becomes a person of their own again")
    page.get_by_role("button", name="Leave it as it is").click()
    expect(preview).to_be_empty()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#person-said")).to_have_text("It is as before.")
    expect(page.locator("#person-name-rows")).not_to_contain_text("hue.hall")


@pytest.mark.long
def test_a_caseload_is_changed_on_a_phone_without_scrolling_sideways(open_as: OpenAs, service: Service) -> None:
    page = opened(open_as, service, ADVISER, viewport={"width": 360, "height": 800})
    page.get_by_text("Add a learner to the caseload").click()
    page.locator("#person-learner-search").fill("cleo")
    page.locator("#person-learner").get_by_text("Cleo Cole").click()
    page.get_by_role("button", name="Add to the caseload").click()
    expect(page.locator("#person-advised-rows")).to_contain_text("Cleo Cole")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("button", name="Remove: Cleo Cole").click()
    expect(page.locator("#person-advised-rows")).not_to_contain_text("Cleo Cole")
