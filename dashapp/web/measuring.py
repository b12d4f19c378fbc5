"""How long answers take, by route."""

from time import perf_counter
from typing import Final, Protocol

from flask import Flask, Response, g, request

from dashapp.observability.metrics import Metrics

METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
"""Any other one, which a client may make up, counts as `other`."""


class Timer(Protocol):
    """A histogram with its labels."""

    def observe(self, amount: float) -> None:
        """Counts one duration in seconds."""


class Stopwatch:
    """Times every answer of one server."""

    def __init__(self, metrics: Metrics) -> None:
        self._histogram = metrics.api_response_time

    def install(self, server: Flask) -> None:
        """Times from now on; call it before the guard is installed, so that refusals are timed too."""
        server.before_request(self._start)
        server.after_request(self._stop)

    def _start(self) -> None:
        g.started = perf_counter()

    def _stop(self, response: Response) -> Response:
        # The rule, never the address: that one holds ids, and there are endlessly many.
        rule = request.url_rule.rule if request.url_rule else "none"
        route = f"{rule}:{g.callback}" if "callback" in g else rule
        status = f"{response.status_code // 100}xx"
        seconds = perf_counter() - g.get("started", perf_counter())
        self._histogram.labels(route=route, method=_method(request.method), status=status).observe(seconds)
        return response


class LiveStopwatch:
    """Times `/live`, which Flask never sees: a look-up in a dictionary per answer."""

    def __init__(self, metrics: Metrics, route: str) -> None:
        self._histogram = metrics.api_response_time
        self._route = route
        self._timers: dict[tuple[str, int], Timer] = {}

    def observe(self, method: str, status: int, seconds: float) -> None:
        """Counts one answer."""
        key = (_method(method), status // 100)
        timer = self._timers.get(key)
        if timer is None:
            timer = self._timers[key] = self._histogram.labels(self._route, key[0], f"{key[1]}xx")
        timer.observe(seconds)


def _method(name: str) -> str:
    return name if name in METHODS else "other"
