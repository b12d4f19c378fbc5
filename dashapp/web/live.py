"""`GET /live`: has anything changed on the page that I show, and how late is the data?

Every open page asks this every few seconds, so the answer touches neither Flask nor the database: a raw ASGI app knows
the session from memory, checks a signature, and reads a version from memory. The page names what it shows by a topic,
which the page's own data callback has signed after the scope was checked; whether the right still holds is known from
memory, too. While it is not known the answer is that nothing is to be told. Only a changed version makes the browser
ask for data.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

import orjson

from dashapp.domain.sessions import Carrier
from dashapp.domain.views import Freshness
from dashapp.security.sessions import COOKIE, Session, Sessions
from dashapp.security.topics import Topic, Topics, Versions, news_of
from dashapp.web.measuring import LiveStopwatch

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[AsgiScope, Receive, Send], Awaitable[None]]
_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
MOST_READ: Final = 50_000
LONGEST_QUERY: Final = 400
"""Bytes: a page sends its topic, and nothing else."""
LONGEST_ETAG: Final = 200
"""Characters that are said back."""
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class Changes(Versions, Protocol):
    """What is needed of `dashapp.data.changes.ChangeWatcher`."""

    def freshness(self) -> Freshness:
        """Until when the data is complete."""


class TopicRights(Protocol):
    """What is needed of `dashapp.security.rights.Rights`."""

    def holds(self, session: Session, topic: Topic) -> bool | None:
        """Whether the page may still be seen; None: not known now."""


@dataclass(frozen=True, slots=True)
class LiveApp:
    """The outer ASGI app: it answers `path` itself and hands everything else on."""

    inner: AsgiApp
    path: str
    sessions: Sessions
    topics: Topics
    live: Changes
    timed: LiveStopwatch
    rights: TopicRights
    cookie: str = COOKIE
    """The name of the session's."""
    may_tell: Callable[[], bool] = lambda: True
    """Whether one more page may be told of news now; else it is put off to its next tick."""
    _read: dict[bytes, Topic] = field(default_factory=dict, init=False, repr=False)
    """What a page asks at each tick, and what its signature was found to be good for."""

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One connection of the ASGI server."""
        if scope["type"] != "http" or scope["path"] != self.path:
            await self.inner(scope, receive, send)
            return
        status, headers, body = self.answer(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def answer(self, scope: AsgiScope) -> Answer:
        """Status, headers and body of a question at `path`, which is counted; it waits for nothing."""
        begun = perf_counter()
        answer = self._answer(scope)
        self.timed.observe(scope["method"], answer[0], perf_counter() - begun)
        return answer

    def _answer(self, scope: AsgiScope) -> Answer:
        if scope["method"] not in ("GET", "HEAD"):
            return 405, [(b"allow", b"GET, HEAD"), (b"content-length", b"0")], b""
        text, carrier, known = _session_and_etag(scope["headers"], self.cookie)
        session = self.sessions.glance(text)
        if session is None or session.carrier is not carrier:
            return 401, [(b"content-length", b"0"), (b"cache-control", b"no-store")], b""
        topic = self._topic(scope["query_string"])
        if topic is None or (topic.organisation_id, topic.viewer) != (session.organisation_id, session.person):
            return 403, [(b"content-length", b"0"), (b"cache-control", b"no-store")], b""
        # How somebody signed in stands in the row, which a thread is about to read.
        right = self.rights.holds(session, topic) if isinstance(session, Session) else None
        if right is None:
            return 204, _as_of(self.live.freshness()), b""
        if not right:
            return 403, [(b"content-length", b"0"), (b"cache-control", b"no-store")], b""
        return self._tell(topic, known)

    def _topic(self, query: bytes) -> Topic | None:
        topic = self._read.get(query)
        if topic is None and len(query) <= LONGEST_QUERY:
            topic = self.topics.read(parse_qs(query.decode("latin-1")).get("topic", [""])[0])
            if topic is not None:
                if len(self._read) >= MOST_READ:
                    self._read.clear()
                self._read[query] = topic
        return topic

    def _tell(self, topic: Topic, known: str) -> Answer:
        freshness = self.live.freshness()
        version = news_of(topic, self.live)
        etag = f'"{version}"'
        headers = [(b"etag", etag.encode("ascii")), *_as_of(freshness)]
        if known == etag:
            return 304, headers, b""
        if known and not self.may_tell():
            # What it shows is as old as it was, and gets older.
            now = round((freshness.as_of.timestamp() + freshness.behind_seconds) * 1000)
            waits = [*_HEADERS, (b"la-now", str(now).encode("ascii")), *_state(freshness)]
            # No page sends other ones; the connection writes headers as they are (`at_once.py`).
            sayable = known.isprintable() and len(known) <= LONGEST_ETAG
            return 304, [(b"etag", known.encode("latin-1")), *waits] if sayable else waits, b""
        as_of, behind = int(freshness.as_of.timestamp() * 1000), round(freshness.behind_seconds, 1)
        told = {"version": version, "asOf": as_of, "behind": behind, "away": freshness.transport_away}
        body = orjson.dumps(told)
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
        return 200, headers, body


def _as_of(freshness: Freshness) -> list[tuple[bytes, bytes]]:
    """In headers, since an answer "304, not modified" has no body and the as-of line moves all the same."""
    as_of, behind = int(freshness.as_of.timestamp() * 1000), round(freshness.behind_seconds, 1)
    return [
        *_HEADERS,
        (b"la-as-of", str(as_of).encode("ascii")),
        (b"la-behind", str(behind).encode("ascii")),
        *_state(freshness),
    ]


def _state(freshness: Freshness) -> list[tuple[bytes, bytes]]:
    return [
        (b"la-away", b"1" if freshness.transport_away else b"0"),
        (b"la-late", b"1" if freshness.late else b"0"),
    ]


def _session_and_etag(headers: list[tuple[bytes, bytes]], named: str) -> tuple[str, Carrier, str]:
    """The text of the session, how it came, and the version that the page knows. A bearer goes before a cookie; of two
    cookies, as in `Guard.presented`, neither is believed."""
    cookies: list[str] = []
    bearer, etag = None, ""
    for name, value in headers:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _equals, text = part.strip().partition("=")
                if key == named:
                    cookies.append(text)
        elif name == b"authorization":
            scheme, _space, text = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer":
                bearer = text.strip()
        elif name == b"if-none-match":
            etag = value.decode("latin-1")
    if bearer is not None:
        return bearer, Carrier.BEARER, etag
    return cookies[0] if len(cookies) == 1 else "", Carrier.COOKIE, etag
