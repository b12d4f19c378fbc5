"""`/live` is answered by the connection itself: without a task, and with one write for head and body.

Ten thousand open pages ask two thousand times a second. Of what such an answer costs, most is what a web server does
around an application that may wait; this one never does.
"""

from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from dashapp.web.connections import CarefulProtocol
from dashapp.web.live import LiveApp


class AtOnceProtocol(CarefulProtocol):
    """One connection of a server whose outer app is `live`."""

    def __init__(self, *args: Any, live: LiveApp, **named: Any) -> None:
        """See uvicorn."""
        super().__init__(*args, **named)
        self._live = live
        self._address = live.path.encode("ascii")

    def on_headers_complete(self) -> None:
        """The request can be answered."""
        address, _mark, query = self.url.partition(b"?")
        answer = None
        if address == self._address and not self._has_to_wait():
            scope: Any = self.scope
            scope["method"], scope["path"] = self.parser.get_method().decode("ascii"), self._live.path
            scope["query_string"] = query.partition(b"#")[0]
            # What goes wrong is uvicorn's to tell: it would take an error in the parser for the client's.
            with suppress(Exception):
                answer = self._live.answer(scope)
        if answer is None:
            # A tick before it in the same piece has begun to wait for the next question.
            self._unset_keepalive_if_required()
            super().on_headers_complete()
        else:
            self.head_is_there()
            self._write(scope["method"], *answer)

    def _has_to_wait(self) -> bool:
        """The first question of a connection makes what uvicorn looks at when a body or the end of a request comes;
        and who asks before they were answered, or does not fetch answers, waits for their turn."""
        before: RequestResponseCycle | None = self.cycle  # uvicorn's hint has forgotten that there may be none
        is_free = before is not None and before.response_complete and not self.flow.write_paused
        return not is_free or self.expect_100_continue or self.parser.should_upgrade()

    def _write(self, method: str, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        keeps = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        parts = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *headers):
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n" if keeps else b"connection: close\r\n\r\n")
        if method != "HEAD":
            parts.append(body)
        self.transport.write(b"".join(parts))
        if not keeps:
            self.transport.close()
        self.on_response_complete()
