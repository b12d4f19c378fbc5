"""Data that is late is said above all cards, moves on there, and is taken back without a reload."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import DatabaseRole
from dashapp.data.store.locks import own_organisation
from tests.browser.service import Service, until

pytestmark = pytest.mark.browser
NOTICE = "document.getElementById('shell-notice').textContent"


@pytest.mark.long
def test_late_data_is_said_above_all_cards_until_it_has_caught_up(
    open_as: Callable[..., Page], service: Service
) -> None:
    page = open_as("Fay Ford", "/me")
    expect(page.locator("#shell-notice")).to_be_empty()
    campus, asked = service.campus, []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        own_organisation(connection, campus.organisation_id)
        service.post(campus.view("Fay Ford"))
        until(page, f"{NOTICE}.startsWith('New activity arrives late at the moment.')")
        said = page.evaluate(NOTICE)
        assert "Late: as of " in said
        until(page, f"{NOTICE} !== {said!r}")
        # That data are late is no reason to ask for them.
        assert "/_dash-update-component" not in asked
    until(page, f"{NOTICE} === ''")
