"""The whole service for a browser: app, web server, and an ingest thread on the inbox."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from dashapp.observability.metrics import build_metrics
from dashapp.web.application import Application
from ingest.loop import ingest_from
from ingest.sending import InboxSender
from tests.browser.service import Service
from tests.campus import Campus
from tests.served import application, campus, serving, studied_campus

__all__ = ["application", "campus", "studied_campus"]

SLOW = 90_000
"""Milliseconds that a busy machine may need before a test gives up."""


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    """What is expected of a page is waited for, whichever service shows it."""
    expect.set_options(timeout=SLOW)


@pytest.fixture(scope="module")
def service(application: Application, campus: Campus) -> Iterator[Service]:
    """The running service."""
    ingest = ingest_from(campus.settings, campus.database, build_metrics())
    ingest.start()
    sender = InboxSender(campus.settings, campus.database, campus.source)
    try:
        with serving(application) as base:
            yield Service(base, campus, application, sender)
    finally:
        ingest.stop()


@pytest.fixture
def open_as(
    service: Service, used_page: Callable[..., Page], new_page: Callable[..., Page]
) -> Iterator[Callable[..., Page]]:
    """Opens an address as somebody, and waits until the page is filled. `fresh`: in a page that nobody has used. What
    somebody chooses for themself in a test (theme, rate of updates) is forgotten after it."""

    def open_page(name: str, path: str, *, fresh: bool = False, **options: object) -> Page:
        page = (new_page if fresh else used_page)(**{"viewport": {"width": 1280, "height": 900}, **options})
        page.set_default_timeout(SLOW)
        service.sign_in(page, name)
        page.goto(service.base + path)
        page.wait_for_selector(".la-page:not(.la-loading)")
        return page

    yield open_page
    service.forget_settings()
