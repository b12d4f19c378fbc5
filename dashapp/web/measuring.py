"""How long answers take, by route."""

from time import perf_counter

from flask import Flask, Response, g, request

from dashapp.observability.metrics import Metrics


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
        self._histogram.labels(route=route, method=request.method, status=status).observe(seconds)
        return response
