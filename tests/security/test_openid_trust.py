"""A session that was begun on a provider's word ends with the provider, and none is begun after that."""

from collections.abc import Callable
from typing import Any

import pytest

from dashapp.data.store.signed_in import receive
from dashapp.security.__main__ import main
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.provider import CLIENT, Provider, begin, come_back, is_refused, sign_in
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


def test_a_name_that_stands_for_another_issuer_now_ends_the_sessions_of_the_former_one(
    provider: Provider, visitor: Strangers, application: Application, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("OUTGOING_NETWORKS", "127.0.0.0/8")
    addition = ["providers", "add", "--organisation", "small", "--name", "campus", "--client-id", CLIENT, "--issuer"]
    said: list[str] = []
    person = visitor()
    sign_in(person, provider)

    assert main([*addition, provider.issuer], said.append) == 0
    application.guard.sessions.follow()
    kept = person.ask("courses-page", address(None)).status_code
    assert main([*addition, "http://127.0.0.1:9"], said.append) == 0
    application.guard.sessions.follow()

    assert kept == 200
    assert person.ask("courses-page", address(None)).status_code == 401
    assert f"Sessions of {provider.issuer}, which it stood for until now," in " ".join(said)


def test_the_steps_of_the_documentation_lead_to_a_sign_in(
    provider: Provider, visitor: Strangers, application: Application, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("OUTGOING_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("PUBLIC_URL", application.services.settings.public_url)
    of, said = ["--organisation", "small", "--name", "campus"], list[str]()
    assert main(["providers", "remove", *of], said.append) == 0
    said.clear()

    assert main(["providers", "address", *of], said.append) == 0
    [at_provider] = said
    assert main(["providers", "add", *of, "--client-id", CLIENT, "--issuer", provider.issuer], said.append) == 0
    person = visitor()
    begun = begin(person)

    assert begun["redirect_uri"] == at_provider
    come_back(person, provider.address_back(begun))
    assert person.ask("courses-page", address(None)).status_code == 200
    assert main(["providers", "address", "--organisation", "nowhere", "--name", "campus"], said.append) == 1
