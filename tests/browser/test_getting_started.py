"""An administrator's first afternoon: from an empty installation to a page with live data, in the browser."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import Database
from dashapp.observability.metrics import build_metrics
from dashapp.security.set_up import FirstStart
from dashapp.web.application import Application
from ingest.loop import ingest_from
from tests.browser.conftest import SLOW
from tests.served import application_on, serving, web_settings

pytestmark = pytest.mark.browser


@pytest.fixture
def empty(database: Database) -> Iterator[tuple[str, Application]]:
    """A service without an organisation, with its ingest."""
    ingest = ingest_from(web_settings(database), database, build_metrics())
    ingest.start()
    try:
        with application_on(database) as application, serving(application) as base:
            yield base, application
    finally:
        ingest.stop()


def statement(number: int) -> dict[str, object]:
    """What a learning system sends when somebody looks at a page."""
    return {
        "id": f"5b0c2f6e-3a0d-4c63-9f2c-7d6b1e0a4c{number:02d}",
        "actor": {"account": {"homePage": "https://moodle.north.example", "name": f"{number}"}},
        "verb": {"id": "http://id.tincanapi.com/verb/viewed"},
        "object": {
            "id": "https://moodle.north.example/mod/page/view.php?id=7",
            "definition": {"name": {"en": "Cells"}, "type": "http://activitystrea.ms/schema/1.0/page"},
        },
        "context": {
            "contextActivities": {
                "grouping": [
                    {
                        "id": "https://moodle.north.example/course/view.php?id=3",
                        "definition": {
                            "name": {"en": "Biology"},
                            "type": "http://lrs.learninglocker.net/define/type/moodle/course",
                        },
                    }
                ]
            }
        },
        "timestamp": datetime.now(UTC).isoformat(),
    }


def post(address: str, key: str, statements: list[dict[str, object]]) -> None:
    """Posts statements as Moodle's plugin does."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "X-Experience-API-Version": "1.0.3",
    }
    request = Request(f"{address}/statements", json.dumps(statements).encode(), headers)  # our own server
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def set_up(page: Page, base: str, code: str) -> None:
    """The page of the first start, as its reader fills it in."""
    page.goto(base)
    page.get_by_label("Code of the first start").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name", exact=True).fill("North College")
    expect(page.get_by_label("Short name")).to_have_value("north-college")
    page.get_by_label("Given name").fill("Robin")
    page.get_by_label("Family name").fill("Reed")
    page.get_by_label("E-mail address").fill("robin@north.example")
    page.get_by_label("Password", exact=True).fill("seven green lanterns")
    page.get_by_label("The password once more").fill("seven green lanterns")
    page.get_by_label("Name, such as Autumn 2026").fill("This year")
    year = datetime.now(UTC).year
    page.get_by_label("Teaching starts").fill(f"{year}-01-01")
    page.get_by_label("Teaching ends").fill(f"{year}-12-31")
    page.get_by_role("button", name="Set up and sign in").click()


def test_from_an_empty_installation_to_a_classroom_with_live_data(
    empty: tuple[str, Application], new_page: Callable[..., Page]
) -> None:
    base, application = empty
    services = application.services
    code = FirstStart(services.database, services.settings.secret_keys).code()
    assert code is not None
    page = new_page(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Berlin")
    page.set_default_timeout(SLOW)
    expect.set_options(timeout=SLOW)

    set_up(page, base, code)
    page.wait_for_selector("#institution-page:not(.la-loading)")
    page.get_by_role("link", name="Administration").first.click()
    expect(page.locator("#administration-title")).to_have_text("5 steps are left for North College")
    page.get_by_role("link", name="Connect a learning system that sends events").click()

    expect(page.locator("#connections-title")).to_have_text("No system is connected yet")
    page.get_by_label("Name, as the lists show it").fill("Moodle")
    page.get_by_label("Its own address").fill("https://moodle.north.example")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator("#connections-said")).to_contain_text("north-college-moodle is connected")
    steps = page.locator("#connections-steps")
    key = re.search(r"la_[a-z2-7]{12}_[\w-]{43}", steps.inner_text())
    address = steps.locator("dd code").first.inner_text()
    assert key is not None
    assert address.endswith("/xapi")
    expect(page.locator("#connections-rows")).to_contain_text("Waits for the first event")

    post(f"{base}/xapi", key[0], [statement(number) for number in range(3)])

    # Nobody reloads: the page hears of it.
    expect(page.locator("#connections-rows")).to_contain_text("First event seen")
    expect(page.locator("#connections-rows")).to_contain_text("3 people · 1 course")
    expect(page.locator("#connections-lack-rows")).to_contain_text("Bring in a roster")
