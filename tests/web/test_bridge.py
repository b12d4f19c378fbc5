"""A browser that is slow, or goes away, holds nobody else up."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import brotli
import httpx
import pytest

from dashapp.security.guard import LONGEST_BODY
from dashapp.web.application import WSGI_THREADS, Application
from dashapp.web.bridge import Bridge
from tests.served import serving

SCRIPT = "/assets/plotly.min.js"


@pytest.fixture(scope="module")
def base(application: Application) -> Iterator[str]:
    with serving(application) as address:
        yield address


def _connect(base: str, stack: ExitStack) -> socket.socket:
    parts = urlsplit(base)
    made = stack.enter_context(socket.socket())
    # Small, so that an answer that is not taken stays with the server.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    made.connect((parts.hostname, parts.port))
    return made


def test_bodies_that_never_arrive_keep_no_page_from_anybody(base: str) -> None:
    head = f"POST /_dash-update-component HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\nContent-Length: 900\r\n\r\n{{"
    with ExitStack() as stack:
        for _ in range(2 * WSGI_THREADS):
            _connect(base, stack).sendall(head.encode())
        # All of them have reached the server once it has answered on a later connection.
        for _ in range(3):
            assert httpx.get(f"{base}/sign-in", timeout=20).status_code == 200


def test_answers_that_nobody_takes_keep_no_page_from_anybody(base: str) -> None:
    ask = f"GET {SCRIPT} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\n\r\n".encode()
    with ExitStack() as stack:
        for _ in range(2 * WSGI_THREADS):
            _connect(base, stack).sendall(ask * 4)
        for _ in range(3):
            assert httpx.get(f"{base}/sign-in", timeout=20).status_code == 200
    assert httpx.get(f"{base}/sign-in", timeout=20).status_code == 200


def test_browsers_that_hang_up_take_no_thread_with_them(base: str) -> None:
    ask = f"GET {SCRIPT} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\n\r\n".encode()
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(2 * WSGI_THREADS):
                made = _connect(base, stack)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                made.sendall(ask * 8)
    assert httpx.get(f"{base}/sign-in", timeout=20).status_code == 200


def test_a_body_that_is_too_long_is_refused_before_it_is_read(base: str) -> None:
    with ExitStack() as stack:
        made = _connect(base, stack)
        made.sendall(f"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: {LONGEST_BODY + 1}\r\n\r\n".encode())
        assert made.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_stalls_is_answered_in_words(application: Application, base: str) -> None:
    patience = application.pages.body_seconds
    application.pages.body_seconds = 0.05
    try:
        with ExitStack() as stack:
            made = _connect(base, stack)
            made.sendall(b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
            assert made.recv(1000).startswith(b"HTTP/1.1 408 ")
    finally:
        application.pages.body_seconds = patience


def test_one_file_under_many_addresses_is_compressed_once(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compressed: list[int] = []
    compress = brotli.compress

    def counting(body: bytes, **manners: int) -> bytes:
        compressed.append(len(body))
        return bytes(compress(body, **manners))

    monkeypatch.setattr(brotli, "compress", counting)
    for query in ("", "?m=1", "?m=2", "?other=3"):
        answer = httpx.get(f"{base}{SCRIPT}{query}", headers={"Accept-Encoding": "br"}, timeout=30)
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "br"
    assert len(compressed) <= 1


def test_a_header_that_cannot_be_sent_is_left_out_and_the_answer_comes() -> None:
    def inner(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("X-Name", "例え"), ("X-Other", "é"), ("Content-Length", "2")])
        return [b"ok"]

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(bridge)) as client:
            return await client.get("http://tool.example/")

    bridge = Bridge(inner, 1)
    try:
        answer = asyncio.run(ask())
    finally:
        bridge.stop()
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["x-other"] == "é"
    assert "x-name" not in answer.headers


class Busy:
    """An app of one thread, which a first request holds until it is let go; what came to it is written down."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.begun, self.let_go = Event(), Event()
        self.making = 0
        self.bridge = Bridge(self, 1, making=self._making)

    @contextmanager
    def _making(self) -> Iterator[None]:
        self.making += 1
        try:
            yield
        finally:
            self.making -= 1

    def __call__(self, environ: Any, start_response: Callable[..., object]) -> list[bytes]:
        self.came.append(environ["wsgi.input"].read())
        self.begun.set()
        assert self.let_go.wait(20)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    async def ask(self, body: bytes, gone: asyncio.Event) -> int | None:
        """The status; None where the asker has hung up. `gone`: when it hangs up."""
        told: list[int] = []
        parts = [{"type": "http.request", "body": body}]

        async def receive() -> Any:
            if parts:
                return parts.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.extend([message["status"]] if "status" in message else [])

        length = (b"content-length", str(len(body)).encode())
        scope = {"type": "http", "method": "POST", "path": "/x", "raw_path": b"/x", "query_string": b"",
                 "http_version": "1.1", "scheme": "http", "headers": [length], "server": ("a", 80)}  # fmt: skip
        await self.bridge(scope, receive, send)
        return told[0] if told else None


UPDATE_BODY = b'{"x":1,"changedPropIds":["shell-version.data"]}'
OTHER_BODY = b'{"x":2,"changedPropIds":["classroom-level.value"]}'


def test_an_update_that_nobody_waits_for_any_more_is_not_made_and_what_somebody_did_is() -> None:
    busy = Busy()

    async def play() -> list[int | None]:
        stays, goes = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(busy.ask(UPDATE_BODY, stays))
        await asyncio.to_thread(busy.begun.wait, 20)
        later = [asyncio.create_task(busy.ask(body, goes)) for body in (UPDATE_BODY, OTHER_BODY)]
        while busy.making < 2:
            await asyncio.sleep(0)
        goes.set()
        assert await later[0] is None
        assert busy.making == 1
        busy.let_go.set()
        return [await first, await later[1]]

    try:
        assert asyncio.run(play()) == [200, 200]
    finally:
        busy.let_go.set()
        busy.bridge.stop()
    assert busy.came == [UPDATE_BODY, OTHER_BODY]
    assert busy.making == 0
