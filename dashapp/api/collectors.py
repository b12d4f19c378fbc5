"""The addresses that senders post to, as an ASGI layer before Flask: keys instead of sessions, no cookie, no CSRF.

A request passes, in this order: the key, its rate, the headers, the body within its limits, the examination by its
collector, the transport. It is answered when its events are safe.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Final, Protocol
from urllib.parse import urlsplit

from dashapp.api.answers import Answer, Headers, Problem
from dashapp.api.caliper import CaliperCollector
from dashapp.api.conflicts import Conflicts
from dashapp.api.depositor import Depositor
from dashapp.api.items import Examined, Limits, Outcome
from dashapp.api.keyring import KeyRing
from dashapp.api.memory import Memory
from dashapp.api.native import EventCollector
from dashapp.api.rates import Rates
from dashapp.api.requests import (
    AsgiApp,
    Gone,
    Receive,
    Request,
    Scope,
    Send,
    plain_body,
    read_body,
    read_request,
)
from dashapp.api.xapi import StatementCollector
from dashapp.data.database import Database
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.events import Topic
from dashapp.observability.logging import get_logger
from dashapp.observability.metrics import Metrics
from dashapp.observability.references import new_reference
from dashapp.settings import Settings
from ingest.depositing import depository_for

BODIES_IN_MEMORY: Final = 8
"""Of the largest size, all requests together; smaller ones as many as fit."""
EVENTS: Final = "/api/v1/events"
STATEMENTS: Final = "/xapi/statements"
ABOUT: Final = "/xapi/about"
XAPI: Final = "/xapi/"
CALIPER: Final = "/caliper"
_ALWAYS: Final[Headers] = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"))
_ALLOWED_HEADERS: Final = "authorization, content-type, content-encoding, x-experience-api-version"
_EXPOSED_HEADERS: Final = "retry-after, x-experience-api-version, x-experience-api-consistent-through"

log = get_logger(__name__)


class Collector(Protocol):
    """What differs between the collectors."""

    @property
    def name(self) -> str:
        """The label of its figures."""

    def check(self, request: Request) -> None:
        """Looks at what stands above the body. Raises Problem."""

    def examine(self, request: Request, body: bytes, holder: RegisteredSource) -> Examined:
        """Decodes a body within its limits, in a thread. Raises Problem where it is not taken."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address, and by which methods it takes events."""

    path: str
    methods: tuple[str, ...]
    collector: Collector
    headers: Callable[[Request], Headers]


@dataclass(slots=True)
class CollectorApp:
    """The layer: it answers the collectors' addresses and hands everything else on."""

    inner: AsgiApp
    prefix: str
    """The path of the public address."""
    settings: Settings
    routes: Mapping[str, Route]
    statements: StatementCollector
    keys: KeyRing
    depositor: Depositor
    metrics: Metrics
    _rates: Rates = field(init=False)
    _memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        """Nobody has sent anything yet."""
        self._rates = Rates(self.settings.collector_rate)
        self._memory = Memory(BODIES_IN_MEMORY * self.settings.collector_max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of the ASGI server."""
        path = scope["path"].removeprefix(self.prefix) if scope["type"] == "http" else ""
        route = self.routes.get(path)
        if route is None and not path.startswith(XAPI):
            await self.inner(scope, receive, send)
            return
        begun = perf_counter()
        request = read_request(scope)
        own: Headers = ()
        try:
            own = self.statements.headers(request) if route is None else route.headers(request)
            answer = self._answer_xapi(request, path) if route is None else await self._answer(request, route, receive)
        except Problem as problem:
            answer = problem.answer()
        except Gone:
            return
        except Exception as error:
            reference = new_reference()
            log.error("collector.failed", reference=reference, exc_info=error)
            answer = Problem(500, f"Something went wrong. Reference {reference}").answer()
        await _send(send, answer, (*own, *self._cors(request)))
        self._observe(path if route is not None else XAPI, request.method, answer.status, perf_counter() - begun)

    def bytes_in_memory(self) -> int:
        """The bodies, as they came, of requests that are not answered yet."""
        return self._memory.held

    def stop(self) -> None:
        """Ends the threads behind it, after what they have in hand."""
        self.depositor.stop()

    async def _answer(self, request: Request, route: Route, receive: Receive) -> Answer:
        if request.method == "OPTIONS":
            return Answer(204, headers=(("allow", ", ".join((*route.methods, "OPTIONS"))),))
        if request.method not in route.methods:
            raise _wrong_method(request, (*route.methods, "OPTIONS"))
        name = route.collector.name
        try:
            outcome = await self._take(request, route.collector, receive)
        except Problem as problem:
            self.metrics.collector_requests.labels(name, str(problem.status)).inc()
            self.metrics.collector_events.labels(name, "refused").inc(problem.items_refused)
            raise
        self.metrics.collector_requests.labels(name, str(outcome.answer.status)).inc()
        self.metrics.collector_events.labels(name, "accepted").inc(outcome.accepted)
        self.metrics.collector_events.labels(name, "refused").inc(outcome.refused)
        return outcome.answer

    async def _take(self, request: Request, collector: Collector, receive: Receive) -> Outcome:
        key = await self.keys.find(request.headers.get("authorization"))
        self._rates.check(key.prefix)
        collector.check(request)
        limit = self.settings.collector_max_bytes
        with self._memory.room_for(key.holder.source.source_id) as room:
            body = await read_body(request, receive, limit, self.settings.collector_timeout, room)
            try:
                outcome = await self.depositor.submit(
                    lambda: collector.examine(request, plain_body(request, body, limit), key.holder), key.holder
                )
            except Problem as problem:
                self._rates.charge(key.prefix, problem.errors_found)
                raise
        self._rates.charge(key.prefix, outcome.accepted + outcome.refused)
        return outcome

    def _answer_xapi(self, request: Request, path: str) -> Answer:
        """The other addresses of a learning record store."""
        if path != ABOUT:
            raise Problem(404, "Only statements are taken here: states, profiles and documents are not kept.")
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            raise _wrong_method(request, ("GET", "HEAD", "OPTIONS"))
        return Answer(204) if request.method == "OPTIONS" else self.statements.about()

    def _cors(self, request: Request) -> Headers:
        """Lets pages of the origins that the settings name post from a browser."""
        origin, origins = request.headers.get("origin"), self.settings.collector_origins
        if origin is None or not (origin in origins or "*" in origins):
            return ()
        headers: Headers = (
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", _EXPOSED_HEADERS),
            ("vary", "origin"),
        )
        if request.method == "OPTIONS":
            headers += (
                ("access-control-allow-methods", "GET, POST, PUT, OPTIONS"),
                ("access-control-allow-headers", _ALLOWED_HEADERS),
                ("access-control-max-age", "600"),
            )
        return headers

    def _observe(self, path: str, method: str, status: int, seconds: float) -> None:
        method = method if method in ("GET", "HEAD", "POST", "PUT", "OPTIONS") else "other"
        self.metrics.api_response_time.labels(path, method, f"{status // 100}xx").observe(seconds)


def build_collectors(
    inner: AsgiApp,
    settings: Settings,
    database: Database,
    metrics: Metrics,
    consistent_through: Callable[[], datetime],
) -> CollectorApp:
    """The layer on a database and a transport; `stop` ends it."""
    topics = dict(zip(Topic, settings.kafka_topics, strict=True)) if settings.kafka_brokers else None
    limits = Limits(settings.collector_max_bytes, settings.max_event_bytes, settings.collector_max_items, topics)
    statements = StatementCollector(limits, consistent_through)
    routes = (
        Route(EVENTS, ("POST",), EventCollector(limits), lambda _request: ()),
        Route(STATEMENTS, ("POST", "PUT"), statements, statements.headers),
        Route(CALIPER, ("POST",), CaliperCollector(limits), lambda _request: ()),
    )
    return CollectorApp(
        inner=inner,
        prefix=urlsplit(settings.public_url).path,
        settings=settings,
        routes={route.path: route for route in routes},
        statements=statements,
        keys=KeyRing(database),
        depositor=Depositor(depository_for(settings, database), Conflicts(database)),
        metrics=metrics,
    )


def _wrong_method(request: Request, allowed: tuple[str, ...]) -> Problem:
    words = (
        "Nothing can be read here: events are only taken." if request.method in ("GET", "HEAD") else "Not like that."
    )
    return Problem(405, words, (("allow", ", ".join(allowed)),))


async def _send(send: Send, answer: Answer, headers: Headers) -> None:
    told = [*_ALWAYS, *headers, *answer.headers]
    if answer.status != 204:
        told.append(("content-length", str(len(answer.body))))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})
