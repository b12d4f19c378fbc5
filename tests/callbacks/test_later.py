"""What cannot be read while the database is away: words, or for a browser that asks again by itself that it shall."""

from collections.abc import Callable
from typing import Any

import pytest

from dashapp.data.reader import PageReader
from dashapp.data.viewing import ViewNotes
from dashapp.domain.errors import Unavailable
from dashapp.security.callbacks import ASKS_AGAIN
from dashapp.web.application import Application
from dashapp.web.errors import AGAIN_SECONDS
from tests.campus import Campus
from tests.served import Visitor, address, body_of

Strangers = Callable[[], Visitor]
AGAIN = {ASKS_AGAIN: "1"}


def gone(*_given: object, **_named: object) -> Any:
    raise Unavailable("The database is away.")


def ask(somebody: Visitor, output: str, values: dict[str, Any], headers: dict[str, str]) -> Any:
    body = body_of(somebody.application, output, values)
    return somebody.client.post("/_dash-update-component", json=body, headers=headers)


@pytest.mark.parametrize(("headers", "status"), [(AGAIN, 503), ({}, 200)])
def test_who_asks_for_a_page_again_hears_that_it_shall_and_others_read_words(
    campus: Campus, visitor: Strangers, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], status: int
) -> None:
    hue = visitor().sign_in(campus, "Hue Hall")
    monkeypatch.setattr(ViewNotes, "note", gone)

    answer = ask(hue, "student-page", address(None), headers)

    assert answer.status_code == status
    text = answer.get_data(as_text=True)
    assert ("could not be read" in text) is (status == 200)
    assert "Traceback" not in text
    assert "Reference" in text


@pytest.mark.parametrize(("headers", "status"), [(AGAIN, 503), ({}, 200)])
def test_so_does_who_asks_for_what_stands_around_it(
    campus: Campus, visitor: Strangers, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], status: int
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    monkeypatch.setattr(PageReader, "classrooms", gone)

    answer = ask(tess, "shell-nav", {"_pages_location.pathname": "/courses"}, headers)

    assert answer.status_code == status
    assert "Reference" in answer.get_data(as_text=True)


def test_a_browser_asks_for_a_document_again_by_itself(
    application: Application, campus: Campus, visitor: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = visitor().sign_in(campus, "Ada Abel")
    monkeypatch.setattr(application.guard, "find_principal", gone)

    page = ada.client.get("/me", headers={"Accept": "text/html"})
    program = ada.client.get("/me", headers={"Accept": "text/plain"})

    assert (page.status_code, page.headers["Refresh"]) == (503, str(AGAIN_SECONDS))
    assert "This page does not open now" in page.get_data(as_text=True)
    assert (program.status_code, program.headers.get("Refresh")) == (503, None)
