"""How often each page asks the service for data: whoever adds a round trip says so here."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from dashapp.domain.views import Freshness
from tests.browser.service import Service, calm
from tests.campus import ADMINISTRATOR

pytestmark = pytest.mark.browser
PAGES = ("student", "classroom", "institution")
FRAME = {"_pages_content": 1, "shell-nav": 1}
OPENING = {
    "student": {**FRAME, "student-page": 1},
    "classroom": {**FRAME, "classroom-page": 1, "classroom-course": 1, "classroom-views-list": 1},
    "institution": {**FRAME, "institution-page": 1},
}
"""What a page asks for when it is opened, by the first thing that the answer fills in, and how often."""
BELOW = {
    "student": {"student-further": 1, "student-what-if-said": 1},
    "classroom": {"classroom-work": 1, "classroom-later": 1},
    "institution": {"institution-further": 1},
}
"""What is asked for when somebody scrolls to the end, besides."""
UPDATE = {name: {f"{name}-page": 1, **BELOW[name]} for name in PAGES}
"""What is asked for when something has changed, once everything is there."""


def questions_of(page: Page) -> Counter[str]:
    """What the page asks its callbacks from now on, by the first component that is filled in."""
    asked: Counter[str] = Counter()

    def note(body: str) -> None:
        outputs = json.loads(body)["outputs"]
        asked[str((outputs[0] if isinstance(outputs, list) else outputs)["id"])] += 1

    page.on("request", lambda sent: note(sent.post_data or "") if "/_dash-update-component" in sent.url else None)
    return asked


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_its_data_as_often_as_is_written_here(
    service: Service, used_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # On a busy machine data may be late, which pages ask about.
    live = service.application.services.live
    monkeypatch.setattr(type(live), "freshness", lambda _live: Freshness(datetime.now(UTC), 0.0))
    people = {"student": "Ada Abel", "classroom": "Tess Thorne", "institution": ADMINISTRATOR}
    paths = {"student": "/me", "classroom": service.course("ALG 1"), "institution": service.organisation()}
    page = used_page(viewport={"width": 1280, "height": 900})
    service.sign_in(page, people[name])
    asked = questions_of(page)

    page.goto(service.base + paths[name])
    page.wait_for_selector(f"#{name}-page:not(.la-loading)")
    calm(page)
    assert asked == OPENING[name]

    asked.clear()
    calm(page)
    assert asked == {}, "nothing has changed"

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".la-further.la-loading")).to_have_count(0)
    calm(page)
    assert asked == BELOW[name]

    asked.clear()
    with page.expect_response(lambda answer: f'"{name}-page' in (answer.request.post_data or "")):
        page.evaluate("dash_clientside.set_props('shell-version', { data: 'another' })")
    calm(page)
    assert asked == UPDATE[name]
