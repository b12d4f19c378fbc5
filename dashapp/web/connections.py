"""Connections that say too much, or too little, before a request begins: uvicorn itself waits and listens for ever.

Nobody has shown a key or a session at that point, so what a connection may cost is little.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LONGEST_HEAD: Final = 65_536
"""Bytes of the address and the headers of one request: twice what a browser sends with the largest cookies."""
MOST_AT_ONCE: Final = 100
"""Requests in one piece of what a connection sends: all of a piece are parsed before anybody else has a turn. Browsers
and proxies send one."""
HEAD_SECONDS: Final = 20.0
"""From the first byte of a request to the end of its headers."""
_TOO_LONG: Final = (431, b"The address and the headers of a request are too long.")
_TOO_MANY: Final = (429, b"These are too many requests at once.")


class CarefulProtocol(HttpToolsProtocol):
    """uvicorn's, which ends a connection whose headers are too long or do not come, or that asks too much at once."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **named: Any) -> None:
        """See uvicorn."""
        super().__init__(*args, **named)
        self._head = 0
        """Bytes of the address, the headers and the trailers so far."""
        self._unsaid = 0
        """Bytes since the parser last told of something: of a header that has no end yet, for example."""
        self._begun = 0
        """Requests in this piece."""
        self._refusal: tuple[int, bytes] | None = None
        self._has_begun = False
        """Whether the first bytes of a request are there, and its headers are not."""
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Waits for a request."""
        super().connection_made(transport)
        # A browser opens connections in advance.
        self._wait(self.timeout_keep_alive)

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing more."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Further bytes."""
        is_first = self.cycle is None  # uvicorn's hint has forgotten that there is none before the first request
        begins = not self._has_begun and (is_first or self.cycle.response_complete)
        self._has_begun = self._has_begun or begins
        self._unsaid += len(data)
        self._begun = 0
        super().data_received(data)
        # Most heads come whole.
        if begins and self._has_begun:
            self._wait(self.head_seconds)
        if self._unsaid > LONGEST_HEAD and not self.transport.is_closing():
            self._refuse(*_TOO_LONG)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head = self._unsaid = 0
        self._begun += 1
        if self._begun > MOST_AT_ONCE:
            self._refusal = _TOO_MANY
            raise ValueError  # the parser stops, and uvicorn sends its answer
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of its address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header, or a trailer behind the body."""
        self._unsaid = 0
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request can be answered."""
        self.head_is_there()
        super().on_headers_complete()

    def head_is_there(self) -> None:
        """Waits no longer for the headers of a request."""
        self._unsaid = 0
        self._has_begun = False
        self._wait(None)

    def on_body(self, body: bytes) -> None:
        """A part of the body, whose length is for the application to limit."""
        self._unsaid = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no request: uvicorn's own, unless it is one that is too long."""
        if self._refusal is not None:
            self._refuse(*self._refusal)
        else:
            super().send_400_response(msg)

    # ------------------------------------------------------------------ inside

    def _count(self, count: int) -> None:
        self._head += count
        if self._head > LONGEST_HEAD:
            self._refusal = _TOO_LONG
            raise ValueError  # as above

    def _refuse(self, status: int, words: bytes) -> None:
        head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head % len(words) + words)
        self.transport.close()

    def _wait(self, seconds: float | None) -> None:
        """Ends the connection after so long; None: waits for nothing."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        # Nothing is under way: what is asked for has not been said.
        if not self.transport.is_closing():
            self.transport.close()
