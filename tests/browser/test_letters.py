"""The way of an administrator through what was refused, in a real browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import DatabaseRole
from dashapp.data.store import inbox
from dashapp.data.store.arrivals import Buried, Place
from dashapp.data.store.dead_letters import bury
from dashapp.domain.events import RefusalReason
from ingest.native import encode
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR, ISSUER

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
ROWS = "#letters-grid .ag-center-cols-container .ag-row"


def put(service: Service, *bodies: bytes) -> None:
    """Sends what cannot be taken, by the ordinary way."""
    with service.campus.database.transaction(DatabaseRole.WEB, None) as connection:
        inbox.put(connection, service.campus.source.source_id, "learning", bodies, "k" * 32)


def lay_down(service: Service, count: int) -> None:
    """Letters of events that can be taken now."""
    now, campus = datetime.now(UTC), service.campus
    bodies = [encode(campus.view("Ada Abel"), ISSUER) for _ in range(count)]
    buried = [
        Buried(Place("learning", None, 1, body, now), campus.source, RefusalReason.FORBIDDEN_KIND, "why")
        for body in bodies
    ]
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        bury(connection, buried, "k" * 32)


@pytest.mark.long
def test_from_nothing_over_a_look_to_dismissing_and_replaying(open_as: OpenAs, service: Service) -> None:
    page = open_as(ADMINISTRATOR, f"{service.organisation()}/dead-letters")
    expect(page.locator("#letters-empty")).to_contain_text("Nothing was refused")

    put(service, b'{"type": "<img src=x onerror=alert(1)>", "id": "1"}', b'{"type": "viewed", "id": ')
    # It comes by itself: nobody has to load the page anew.
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#letters-reason")).to_contain_text("Unknown type")

    page.locator(ROWS).filter(has_text="Unknown type").locator("[col-id=detail]").click()
    expect(page.locator("#letters-detail mark")).to_contain_text("<img src=x")
    assert page.locator("#letters-detail img").count() == 0
    page.wait_for_url(re.compile(r"letter=\d+"))

    page.locator("#letters-reason").get_by_text("No JSON").click()
    expect(page.locator(ROWS)).to_have_count(1)
    page.wait_for_url(re.compile("reason=not_json"))
    page.locator(ROWS).locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Dismiss selected").click()
    expect(page.locator("#letters-said")).to_have_text("1 event dismissed")
    expect(page.locator("#letters-dismiss")).to_be_disabled()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#letters-said")).to_have_text("1 event is open again")
    expect(page.locator(ROWS)).to_have_count(1)

    lay_down(service, 3)
    page.locator("#letters-reason").get_by_text("All reasons").click()
    page.get_by_role("button", name="Replay all").click()
    expect(page.locator("#letters-progress")).to_contain_text("3 came through, 2 refused again")
    expect(page.locator(ROWS)).to_have_count(2)
    page.locator("#letters-state").get_by_text("Replayed").click()
    expect(page.locator(ROWS)).to_have_count(3)


@pytest.mark.long
def test_a_letter_opens_by_the_keyboard_and_pages_turn(open_as: OpenAs, service: Service) -> None:
    put(service, *(b"bad %d" % number for number in range(60)))
    page = open_as(ADMINISTRATOR, f"{service.organisation()}/dead-letters?reason=not_json")
    expect(page.locator("#letters-place")).to_contain_text(re.compile(r"1 to 50 of 6\d"))

    page.locator(ROWS).first.locator("[col-id=reason]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#letters-detail .la-bytes")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("page=2"))
    expect(page.locator("#letters-place")).to_contain_text("51 to")
    page.go_back()
    expect(page.locator("#letters-place")).to_contain_text("1 to 50")


@pytest.mark.long
@pytest.mark.parametrize("width", [360, 900, 2560])
def test_nothing_sticks_out_sideways(open_as: OpenAs, service: Service, width: int) -> None:
    put(service, b"x" * 3_000)
    path = f"{service.organisation()}/dead-letters"
    page = open_as(ADMINISTRATOR, path, viewport={"width": width, "height": 800})
    expect(page.locator(ROWS).first).to_be_visible()
    page.locator(ROWS).first.locator("[col-id=narrow]" if width == 360 else "[col-id=detail]").click()
    expect(page.locator("#letters-detail .la-bytes")).to_be_visible()
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= inner
