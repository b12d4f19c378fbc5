"""`/live` tells a page from memory whether anything has changed, and nobody else anything."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import pytest

from dashapp.data.database import Database
from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.sessions import Carrier
from dashapp.domain.views import Freshness
from dashapp.observability.metrics import Metrics, build_metrics
from dashapp.security.principals import Principals
from dashapp.security.rights import Rights
from dashapp.security.sessions import Manner, Sessions
from dashapp.security.topics import Topic, Topics
from dashapp.web.live import LONGEST_QUERY, LiveApp
from dashapp.web.measuring import LiveStopwatch
from tests.campus import Campus

KEYS = ("k" * 40,)
NOW = datetime(2026, 5, 7, 10, 42, 7, tzinfo=UTC)
BEN = PublicId(UUID("018f6f7e-0000-7000-8000-000000000002"))


@dataclass
class Memory:
    """What a ChangeWatcher holds, as the test wants it."""

    known: dict[tuple[object, ...], str] = field(default_factory=dict)
    freshness_now: Freshness = field(default_factory=lambda: Freshness(NOW, 0.4))

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        return self.known.get((organisation, course, person), "0")

    def freshness(self) -> Freshness:
        return self.freshness_now


@dataclass
class Asker:
    """Asks the ASGI app as a page does."""

    app: LiveApp
    cookie: str
    topic: str
    college: OrganisationId
    ada: PublicId
    key: PersonId

    def ask(self, **changes: Any) -> tuple[int, dict[str, str], bytes]:
        headers = [(b"cookie", f"other=1; la_session={changes.get('cookie', self.cookie)}".encode())]
        if "bearer" in changes:
            headers.append((b"authorization", f"Bearer {changes['bearer']}".encode()))
        if "etag" in changes:
            headers.append((b"if-none-match", changes["etag"].encode()))
        scope = {
            "type": "http",
            "method": changes.get("method", "GET"),
            "path": changes.get("path", "/live"),
            "query_string": f"topic={changes.get('topic', self.topic)}".encode(),
            "headers": headers,
        }
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {}

        asyncio.run(self.app(scope, receive, send))
        told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, sent[1]["body"]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def metrics() -> Metrics:
    return build_metrics()


@pytest.fixture
def asker(memory: Memory, metrics: Metrics, module_database: Database, campus: Campus) -> Asker:
    async def inner(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    sessions, topics = Sessions(KEYS, lambda: NOW, module_database), Topics(KEYS)
    rights = Rights(module_database, lambda: NOW, Principals(module_database, lambda: NOW))
    app = LiveApp(inner, "/live", sessions, topics, memory, LiveStopwatch(metrics, "/live"), rights)
    college, ada = campus.organisation_id, campus.people["Ada Abel"]
    topic = Topic(college, ada.public_id, person=ada.person_id)
    cookie = sessions.issue(college, ada.public_id)
    session = sessions.read(cookie)
    assert session is not None
    assert rights.holds(session, topic) is None
    rights.follow()
    return Asker(app, cookie, topics.sign(topic), college, ada.public_id, ada.person_id)


def test_a_page_hears_the_version_and_until_when_the_data_is_complete(asker: Asker, memory: Memory) -> None:
    memory.known[asker.college, None, asker.key] = "1.7"

    status, headers, body = asker.ask()

    assert status == 200
    assert orjson.loads(body) == {
        "version": "1.7",
        "asOf": int(NOW.timestamp() * 1000),
        "behind": 0.4,
        "away": False,
    }
    assert headers["etag"] == '"1.7"'


def test_what_has_not_changed_has_no_body_but_moves_the_as_of_line(asker: Asker) -> None:
    _status, headers, _body = asker.ask()

    status, again, body = asker.ask(etag=headers["etag"])

    assert (status, body) == (304, b"")
    assert (again["la-behind"], again["la-away"]) == ("0.4", "0")
    assert again["la-as-of"] == str(int(NOW.timestamp() * 1000))


def test_a_change_of_something_else_changes_nothing(asker: Asker, memory: Memory) -> None:
    _status, headers, _body = asker.ask()

    memory.known[asker.college, None, asker.key + 1] = "1.8"

    assert asker.ask(etag=headers["etag"])[0] == 304


def test_a_broker_that_is_away_and_late_data_are_told_without_a_new_version(asker: Asker, memory: Memory) -> None:
    _status, headers, _body = asker.ask()

    memory.freshness_now = Freshness(NOW, 12.0, transport_away=True)
    status, told, _body = asker.ask(etag=headers["etag"])
    assert (status, told["la-away"], told["la-late"], told["la-behind"]) == (304, "1", "0", "12.0")

    memory.freshness_now = Freshness(NOW, 6.0, late=True)
    status, told, _body = asker.ask(etag=headers["etag"])
    assert (status, told["la-away"], told["la-late"], told["la-behind"]) == (304, "0", "1", "6.0")


def test_a_page_that_is_put_off_keeps_its_version_and_hears_that_what_it_shows_gets_older(
    asker: Asker, memory: Memory
) -> None:
    _status, headers, _body = asker.ask()
    memory.known[asker.college, None, asker.key] = "1.9"

    told = [False]
    asker.app = replace(asker.app, may_tell=lambda: told[0])
    status, waits, body = asker.ask(etag=headers["etag"])
    assert (status, waits["etag"], body) == (304, headers["etag"], b"")
    assert "la-as-of" not in waits
    assert waits["la-now"] == str(round((NOW.timestamp() + 0.4) * 1000))
    # Who has nothing yet, or for whom there is nothing new, is not put off.
    assert asker.ask()[0] == 200
    assert "la-as-of" in asker.ask(etag='"1.9"')[1]

    told[0] = True
    status, after, _body = asker.ask(etag=waits["etag"])
    assert (status, after["etag"]) == (200, '"1.9"')


@pytest.mark.parametrize("cookie", ["", "forged", "1.2.3.4.forged"])
def test_a_stranger_hears_nothing(asker: Asker, cookie: str) -> None:
    status, headers, body = asker.ask(cookie=cookie)

    assert (status, body) == (401, b"")
    assert "etag" not in headers


def test_a_bearer_is_heard_before_a_cookie_and_neither_travels_in_the_place_of_the_other(asker: Asker) -> None:
    bearer = asker.app.sessions.issue(asker.college, asker.ada, manner=Manner(Carrier.BEARER))
    assert asker.ask(bearer=bearer, cookie="")[0] == 204, "how it was begun is not known yet"
    asker.app.sessions.follow()

    assert asker.ask(bearer=bearer, cookie="")[0] == 200
    assert asker.ask(bearer=bearer)[0] == 200
    assert asker.ask(bearer="forged")[0] == 401
    assert asker.ask(bearer="")[0] == 401
    assert asker.ask(bearer=asker.cookie, cookie="")[0] == 401
    assert asker.ask(cookie=bearer)[0] == 401


def test_an_ended_session_hears_nothing_any_more(asker: Asker) -> None:
    assert asker.ask()[0] == 200

    digest = sha256(asker.cookie.encode()).digest()
    asker.app.sessions.end(asker.college, SessionChoice(digest=digest), Ender(Actor("somebody")))

    assert asker.ask()[0] == 401


def test_the_topic_of_somebody_else_is_refused(asker: Asker) -> None:
    theirs = Topics(KEYS).sign(Topic(asker.college, BEN, course=CourseId(5)))

    assert asker.ask(topic=theirs)[0] == 403


def test_the_topic_of_another_organisation_is_refused(asker: Asker) -> None:
    theirs = Topics(KEYS).sign(Topic(OrganisationId(asker.college + 1), asker.ada, course=CourseId(5)))

    assert asker.ask(topic=theirs)[0] == 403


@pytest.mark.parametrize("topic", ["", "3.1.0.0", "x" * 500, "%00", "3..5.0.sig"])
def test_a_topic_that_we_did_not_sign_is_refused(asker: Asker, topic: str) -> None:
    assert asker.ask(topic=topic)[0] == 403


def test_only_what_a_page_sends_is_remembered(asker: Asker) -> None:
    for number in range(5):
        assert asker.ask(topic=f"{asker.topic}&x={number}{'a' * LONGEST_QUERY}")[0] == 403
    assert asker.app._read == {}
    assert asker.ask()[0] == 200
    assert len(asker.app._read) == 1


@pytest.mark.parametrize("etag", ["\u0080", "a\x0bb", "v" * 60_000])
def test_who_is_put_off_is_told_back_only_what_pages_send(asker: Asker, etag: str) -> None:
    app = replace(asker.app, may_tell=lambda: False)

    status, headers, _body = replace(asker, app=app).ask(etag=etag)

    assert status == 304
    assert "etag" not in headers


def test_only_reading_is_offered(asker: Asker) -> None:
    assert asker.ask(method="POST")[0] == 405


def test_every_other_address_is_handed_on(asker: Asker) -> None:
    status, _headers, body = asker.ask(path="/me")

    assert (status, body) == (418, b"/me")


def test_answers_are_timed_by_method_and_status_and_no_made_up_method_is_told_apart(
    asker: Asker, metrics: Metrics
) -> None:
    etag = asker.ask()[1]["etag"]
    for _ in range(2):
        asker.ask(etag=etag)
    asker.ask(cookie="forged")
    for made_up in ("BREW", "WHEN"):
        asker.ask(method=made_up)
    asker.ask(path="/me")

    text = metrics.exposition().decode()
    counted = {line for line in text.splitlines() if line.startswith("analytics_api_response_time_seconds_count")}
    assert counted == {
        f'analytics_api_response_time_seconds_count{{method="{method}",route="/live",status="{status}"}} {number}'
        for method, status, number in (
            ("GET", "2xx", 1.0),
            ("GET", "3xx", 2.0),
            ("GET", "4xx", 1.0),
            ("other", "4xx", 2.0),
        )
    }
