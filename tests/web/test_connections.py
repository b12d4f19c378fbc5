"""Connections that say too much or too little before a request begins, over real sockets."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from dashapp.web.connections import LONGEST_HEAD, CarefulProtocol
from dashapp.web.serve import QuietServer

PIECE = b"a" * 65_536
MOST = 64 * len(PIECE)
"""Four megabytes: what a connection may send at most before it is ended, with all that lies in buffers on the way."""


class Hasty(CarefulProtocol):
    """One that does not wait long."""

    head_seconds = 0.2


async def answer(_scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body and tells its length."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def served(protocol: type[asyncio.Protocol]) -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(answer, http=protocol, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = QuietServer(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    yield from served(CarefulProtocol)


@pytest.fixture(scope="module")
def hasty_port() -> Iterator[int]:
    yield from served(Hasty)


def said(connection: socket.socket) -> bytes:
    """Everything that comes until the connection is ended."""
    told = b""
    try:
        while piece := connection.recv(65_536):
            told += piece
    except ConnectionResetError:
        pass
    return told


def one_answer(connection: socket.socket) -> bytes:
    """The next answer, of which the body is never empty and comes at once."""
    told = b""
    while not told.partition(b"\r\n\r\n")[2]:
        piece = connection.recv(65_536)
        assert piece, told
        told += piece
    return told


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET / HTTP/1.1\r\nX: ", PIECE),
        (b"GET / HTTP/1.1\r\n", PIECE),
        (b"GET /", PIECE),
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n" * 8_000),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nX: ", PIECE),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n", b"X: y\r\n" * 8_000),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=", PIECE),
    ],
    ids=["header", "header's name", "address", "headers", "trailer", "trailers", "chunk's extension"],
)
def test_what_has_no_end_is_ended(port: int, begin: bytes, piece: bytes) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(begin)
        try:
            while sent <= MOST:
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
    assert sent <= MOST


def test_who_says_too_much_is_told_so(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * (LONGEST_HEAD + 1) + b"\r\n\r\n")
        head, _, words = said(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert b"connection: close" in head
    assert words == b"The address and the headers of a request are too long."


def test_long_headers_and_longer_bodies_are_taken_one_after_the_other(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for length in (0, 10, 3_000_000, 5):
            head = f"POST /?{'q' * 8_000} HTTP/1.1\r\nCookie: {'c' * 20_000}\r\nContent-Length: {length}\r\n\r\n"
            connection.sendall(head.encode() + b"x" * length)
            told = one_answer(connection)
            assert told.startswith(b"HTTP/1.1 200 ")
            assert told.endswith(str(length).encode())
        connection.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n")
        assert said(connection).endswith(b"50000")


@pytest.mark.parametrize("begin", [b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_request_that_does_not_come_is_not_waited_for(hasty_port: int, begin: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty_port), timeout=30) as connection:
        connection.sendall(begin)
        assert said(connection) == b""


def test_a_body_may_take_longer_than_the_headers(hasty_port: int) -> None:
    with socket.create_connection(("127.0.0.1", hasty_port), timeout=30) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 3\r\n\r\nx")
        with socket.create_connection(("127.0.0.1", hasty_port), timeout=30) as other:
            other.sendall(b"G")
            assert said(other) == b""  # so long have we waited by now
        connection.sendall(b"xx")
        assert said(connection).endswith(b"3")


def test_a_second_request_that_does_not_come_is_not_waited_for(hasty_port: int) -> None:
    with socket.create_connection(("127.0.0.1", hasty_port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert one_answer(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET")
        assert said(connection) == b""
