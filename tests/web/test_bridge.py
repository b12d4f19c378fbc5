"""A browser that is slow, or goes away, holds nobody else up."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import brotli
import httpx
import pytest

from dashapp.security.guard import LONGEST_BODY
from dashapp.web.application import WSGI_THREADS, Application
from dashapp.web.bridge import Bridge
from tests.served import serving

SCRIPT = "/assets/plotly-cartesian.min.js"


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
