"""A college on its first day: every page says in words what is awaited, and nothing fails."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import Database
from tests.browser.conftest import SLOW
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.served import application_on, serving, web_settings

pytestmark = pytest.mark.browser


@pytest.fixture
def first_day(database: Database) -> Iterator[Service]:
    """The campus before anybody has done anything."""
    campus = build_campus(web_settings(database), database, studied=False)
    with application_on(database, campus) as application, serving(application) as base:
        yield Service(base, campus, application, None)


@pytest.mark.long
def test_every_page_of_the_first_day_is_words(first_day: Service, new_page: Callable[..., Page]) -> None:
    campus: Campus = first_day.campus
    pages = [
        ("Ada Abel", "/me", "#student-scores-state"),
        ("Tess Thorne", first_day.course("ALG 1"), "#classroom-time-and-score-state"),
        (ADMINISTRATOR, first_day.organisation(), "#institution-scores-state"),
    ]
    assert campus.people
    for name, path, state in pages:
        page = new_page(viewport={"width": 1280, "height": 900})
        first_day.sign_in(page, name)
        page.goto(first_day.base + path)
        page.wait_for_selector(".la-page:not(.la-loading)", timeout=SLOW)
        expect(page.locator(state)).not_to_be_empty()
        # What stands below the fold is read on paper, too.
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(".la-further.la-loading")).to_have_count(0)
        # An empty chart would be a frame of axes; a chart that has something draws a trace.
        for plot in page.locator(".la-plot").filter(visible=True).all():
            words, drawn = plot.locator(".la-over"), plot.locator(".cartesianlayer .trace, .cartesianlayer .hm image")
            assert words.inner_text().strip() or drawn.count(), (path, plot.locator("[id]").first.get_attribute("id"))
