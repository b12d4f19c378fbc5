"""The app on the small campus, and what tests of access have in common."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dashapp.domain.clock import system_clock
from dashapp.domain.principal import Principal
from dashapp.security.embed_links import EmbedLinks
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, application, campus, new_campus, visitor

__all__ = ["application", "campus", "new_campus", "visitor"]

GIVEN = re.compile(r'<script type="application/json" id="la-given">(.*?)</script>')


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def principal_of(application: Application, campus: Campus, name: str) -> Principal:
    """Who somebody of the campus is now."""
    guard = application.guard
    session = guard.sessions.read(guard.sessions.issue(campus.organisation_id, campus.people[name].public_id))
    assert session is not None
    found = guard.find_principal(session)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def courses(application: Application, campus: Campus) -> dict[str, str]:
    """The public ids of the courses, by code."""
    administrator = principal_of(application, campus, ADMINISTRATOR)
    return {each.code: str(each.public_id) for each in application.services.reader.classrooms(administrator)}


def links_of(application: Application, clock: Callable[[], datetime] = system_clock) -> EmbedLinks:
    """What makes the app's embed links."""
    settings = application.services.settings
    return EmbedLinks(settings.secret_keys, clock, settings.public_url, application.services.database)


def framers(answer: Any) -> str:
    """Who may frame an answer, as its header says."""
    return str(answer.headers["Content-Security-Policy"]).partition("frame-ancestors ")[2]


def path_of(link: str) -> str:
    """The path of an embed link."""
    return "/embed-link/" + link.partition("/embed-link/")[2]


def given_in(text: str) -> dict[str, Any]:
    """The data that an answer brings for `assets/session.js`."""
    found = GIVEN.search(text)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def by_bearer(visitor: Visitor, text: str) -> Visitor:
    """Somebody whose page sends a bearer."""
    visitor.client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return visitor
