"""A learner's goal in a real browser: set, tried out, kept over a reload, and cleared again; all of it by keyboard."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from dashapp.domain.events import ActivityDescribed, ActivityType, Identifier
from tests.browser.service import Service
from tests.campus import ALGEBRA, ISSUER

pytestmark = pytest.mark.browser

KEPT = "Saved. Only you see it."


def enter(page: Page, goal: str) -> None:
    """Types a goal and goes on to the button behind it, without a mouse."""
    page.get_by_label("My goal, %").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(goal)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Set", exact=True)).to_be_focused()
    page.keyboard.press("Enter")


@pytest.mark.long
def test_a_goal_is_set_tried_out_kept_over_a_reload_and_cleared_by_keyboard(
    open_as: Callable[..., Page], service: Service
) -> None:
    final = Identifier(ISSUER, "activity", "algebra-final")
    due = datetime.now(UTC) + timedelta(weeks=3)
    service.campus.load(
        [
            ActivityDescribed(
                "final", ALGEBRA, final, None, ActivityType.EXAM, "Final", due_at=due, max_score=100.0, weight=3.0
            )
        ]
    )
    course = service.course("ALG 1").rpartition("/")[2]
    page = open_as("Ada Abel", f"/me?course={course}", fresh=True)
    needed, said = page.locator("#student-goal-needed"), page.locator("#student-goal-said")
    page.locator("#student-goal").scroll_into_view_if_needed()
    expect(needed).to_contain_text("Set a goal")
    expect(page.locator("#student-goal-clear")).to_be_hidden()

    enter(page, "150")
    expect(said).to_have_text("Enter a whole number from 0 to 100.")
    enter(page, "70")
    expect(said).to_have_text(KEPT)
    expect(needed).to_contain_text("70")
    first = needed.inner_text()
    # The button to take it back comes next, then the control for trying out.
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Clear", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("What if, in the rest")).to_be_focused()
    before = page.locator("#student-what-if-said").inner_text()
    page.keyboard.press("End")
    expect(page.locator("#student-what-if-said")).not_to_have_text(before)
    expect(page.locator("#student-what-if-said")).to_contain_text("With 100")

    page.reload()
    page.wait_for_selector(".la-page:not(.la-loading)")
    page.locator("#student-goal").scroll_into_view_if_needed()
    expect(needed).to_have_text(first)
    clear = page.get_by_role("button", name="Clear", exact=True)
    clear.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Cleared.")
    expect(needed).to_contain_text("Set a goal")
    expect(clear).to_be_hidden()
