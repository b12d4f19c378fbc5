"""How often one address may open links, ask for tickets, and launch pages."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from dashapp.data.database import Database
from dashapp.security import rates
from tests.campus import Campus
from tests.security.conftest import framers
from tests.served import Visitor, application_on


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("get", "/embed-link/none", 300),
        ("post", "/tickets", 300),
        ("post", "/tab", 300),
        ("get", "/lti/login", 50),
        ("get", "/lti/login/none", 50),
        ("post", "/lti/launch", 50),
        ("get", "/lti/register/none", 60),
        ("post", "/lti/register/none", 60),
    ],
)
def test_an_entrance_is_closed_for_a_minute_to_who_knocks_all_the_time(
    module_database: Database, campus: Campus, monkeypatch: pytest.MonkeyPatch, method: str, path: str, most: int
) -> None:
    # That a class passes the limit of launches is shown with a class; here a smaller one is as good.
    monkeypatch.setattr(rates, "LAUNCHES", "50 per minute")
    with application_on(module_database, campus) as application:
        ask: Callable[[str], TestResponse]
        ask = getattr(Visitor(application.server.test_client(), application).client, method)
        answers = [ask(path) for _ in range(most + 1)]
        shown = application.server.test_client().open(path, method=method, headers={"Accept": "text/html,*/*;q=0.8"})
        application.rosters.close()

    assert 429 not in [answer.status_code for answer in answers[:most]]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].text == "Too many requests came from your network. Wait a minute, then try again."
    # A browser shows the same words as a page, also in a frame.
    assert (shown.status_code, shown.headers["Retry-After"], shown.mimetype) == (429, "60", "text/html")
    assert answers[-1].text in shown.text
    assert framers(shown) == "'self' *"
