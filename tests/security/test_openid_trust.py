"""A session that was begun on a provider's word ends with the provider, and none is begun after that."""

from collections.abc import Callable
from typing import Any

import pytest

from dashapp.data.store.signed_in import receive
from dashapp.security.__main__ import main
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.provider import Provider, is_refused, sign_in
from tests.security.test_openid import application, clock, from_the_beginning, module_clock, provider
from tests.served import Visitor, address

__all__ = ["application", "clock", "from_the_beginning", "module_clock", "provider"]

Strangers = Callable[[], Visitor]


def test_a_session_ends_with_the_provider_and_none_begins_meanwhile(
    provider: Provider,
    visitor: Strangers,
    application: Application,
    campus: Campus,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    removal = ["providers", "remove", "--organisation", "small", "--name", "campus"]
    said: list[str] = []
    person, late = visitor(), visitor()
    sign_in(person, provider)
    assert person.ask("courses-page", address(None)).status_code == 200

    def slowly(*given: Any) -> Any:
        found = receive(*given)
        assert main(removal, said.append) == 0
        return found

    monkeypatch.setattr("dashapp.security.openid_pages.receive", slowly)
    assert is_refused(sign_in(late, provider))
    application.guard.sessions.follow()

    assert person.ask("courses-page", address(None)).status_code == 401
    assert late.ask("courses-page", address(None)).status_code == 401
