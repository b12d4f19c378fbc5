"""Whatever comes, the answer is a clear 4xx or 503, and what it costs is bounded."""

import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from dashapp.data.database import Database
from tests.api.conftest import XAPI, MakeSender, Sender, collecting, viewed

EVENTS = "/api/v1/events"
PATHS = (EVENTS, "/xapi/statements", "/caliper")
MEGABYTE = 1_048_576


@pytest.fixture
def memory_stays_flat() -> Iterator[None]:
    """Fails the test if this process, in which the service runs, held a lot more memory than before."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 160 * MEGABYTE


def bomb(megabytes: int) -> bytes:
    """So many megabytes of spaces, compressed a thousandfold, and compressed again where that is asked for."""
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(b" " * MEGABYTE) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


def deep(depth: int, open_: bytes = b"[", close: bytes = b"]") -> bytes:
    return open_ * depth + close * depth


REFUSED: dict[str, tuple[bytes, set[int]]] = {
    "nothing": (b"", {400}),
    "no JSON": (b"hello", {400}),
    "a number": (b"7", {400}),
    "null": (b"null", {400}),
    "a text": (b'"text"', {400}),
    "cut off": (b'[{"type": "viewed"', {400}),
    "cut off in an object": (b'{"type": "viewed"', {400, 422}),
    "more after the end": (b"{} {}", {400, 422}),
    "10,000 deep": (deep(10_000), {400}),
    "a million deep": (deep(1_000_000), {400}),
    "10,000 objects deep": (deep(10_000, b'{"a":', b"}")[:-1] + b"1}", {400, 413, 422}),
    "deep within an item": (b'[{"type":"viewed","x":' + deep(10_000) + b"}]", {400, 413, 422}),
    "a million items": (b"[" + b",".join([b"1"] * 1_000_000) + b"]", {413}),
    "a million objects": (b"[" + b",".join([b"{}"] * 1_000_000) + b"]", {413}),
    "5,001 objects": (b"[" + b",".join([b"{}"] * 5_001) + b"]", {413}),
    "NaN": (b'[{"score": NaN}]', {400}),
    "infinity": (b'[{"score": -Infinity}]', {400}),
    "a huge number": (orjson.dumps(viewed(1)).replace(b'"page-7"', b"1e99999"), {400, 422}),
    "a long number": (b'{"type":"viewed","id":' + b"9" * 100_000 + b"}", {400, 422}),
    "not UTF-8": (b'{"type":"viewed","id":"\xff\xfe"}', {400, 422}),
    "UTF-16": ('{"type":"viewed"}'.encode("utf-16"), {400}),
    "NUL": (b'{"type":"viewed","id":"\\u0000"}', {400, 422}),
    "half a surrogate pair": (b'{"type":"viewed","id":"\\ud800"}', {400, 422}),
    "control characters": (b'{"type":"viewed","id":"\x01\x02"}', {400, 422}),
    "an event of two megabytes": (orjson.dumps(viewed(1, more="x" * 2 * MEGABYTE)), {413}),
    "twenty megabytes": (b"[" + b" " * 20 * MEGABYTE + b"]", {413}),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("case", REFUSED)
def test_bad_bodies_are_refused(memory_stays_flat: None, sender: Sender, path: str, case: str) -> None:
    body, statuses = REFUSED[case]
    headers = XAPI if path == "/xapi/statements" else {}
    answer = sender.post(path, content=body, headers=headers)

    assert answer.status_code in (statuses if path == EVENTS else statuses | {400})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert sender.kept() == []


def test_a_bom_before_the_text_does_no_harm(sender: Sender) -> None:
    assert sender.post(EVENTS, content=b"\xef\xbb\xbf" + orjson.dumps(viewed(1))).status_code == 202


@pytest.mark.parametrize("megabytes", [20, 300])
def test_a_gzip_bomb_does_not_go_off(memory_stays_flat: None, sender: Sender, megabytes: int) -> None:
    answer = sender.post(EVENTS, content=bomb(megabytes), headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no gzip", 400),
        (gzip.compress(b"[]")[:-9], 400),
        (gzip.compress(b"[]") + b"tail", 400),
        (gzip.compress(b"") * 200, 413),
        (gzip.compress(gzip.compress(b"[]")), 400),
        (b"", 400),
    ],
    ids=["no gzip", "cut off", "with a tail", "many parts", "twice", "nothing"],
)
def test_a_compressed_body_that_is_none_is_refused(sender: Sender, body: bytes, status: int) -> None:
    assert sender.post(EVENTS, content=body, headers={"Content-Encoding": "gzip"}).status_code == status


def endless(megabytes: int) -> Iterator[bytes]:
    yield b"["
    for _ in range(megabytes):
        yield b" " * MEGABYTE


def test_a_body_without_an_end_is_given_up(memory_stays_flat: None, sender: Sender) -> None:
    status, head = raw(sender, endless(15), "Transfer-Encoding: chunked")
    assert (status, "connection: close" in head) == (413, True)


def raw(sender: Sender, parts: Iterator[bytes], *headers: str, path: str = EVENTS) -> tuple[int, str]:
    """The status and the head of the answer to a request whose parts are sent one by one, as no client would."""
    where = urlsplit(str(sender.client.base_url))
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {sender.key.whole}", *headers, "", ""]
    chunked = any("chunked" in header for header in headers)
    with socket.create_connection((where.hostname, where.port or 80), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode())
        for part in parts:
            try:
                connection.sendall(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            except OSError:
                break
        told = b""
        while b"\r\n\r\n" not in told and (piece := connection.recv(65_536)):
            told += piece
    head = told.partition(b"\r\n\r\n")[0].decode().lower()
    return int(head.split()[1]), head


def test_a_length_that_is_too_long_is_refused_before_the_body_comes(sender: Sender) -> None:
    assert raw(sender, iter(()), "Content-Length: 99999999999")[0] == 413


def test_what_comes_after_the_declared_length_is_no_part_of_the_body(sender: Sender) -> None:
    event = orjson.dumps(viewed(1))
    status, _ = raw(sender, iter((event + b"garbage",)), f"Content-Length: {len(event)}")
    # What follows is the next request, and no good one: which of the two is answered first is the server's affair.
    assert status in (202, 400)
    assert sender.kept() in ([], [("learning", event)])


def test_a_client_that_hangs_up_leaves_nothing(sender: Sender, collector: tuple[Any, MakeSender]) -> None:
    where = urlsplit(str(sender.client.base_url))
    with socket.create_connection((where.hostname, where.port or 80), timeout=30) as connection:
        head = f"POST {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sender.key.whole}\r\nContent-Length: 999"
        connection.sendall(head.encode() + b"\r\n\r\n" + b" " * 900)
    assert sender.post(EVENTS, json=viewed(1)).status_code == 202
    assert len(sender.kept()) == 1


@pytest.fixture(scope="module")
def narrow(module_database: Database) -> Iterator[MakeSender]:
    """Makes senders for a service with narrow limits."""
    limits = {"collector_timeout": 1, "collector_max_bytes": 4096, "collector_max_items": 3, "collector_rate": 2}
    with collecting(module_database, **limits) as (_, make):
        yield make


def test_a_body_that_does_not_come_is_waited_for_only_so_long(narrow: MakeSender) -> None:
    status, head = raw(narrow(), iter((b"[",)), "Content-Length: 99")
    assert (status, "connection: close" in head) == (408, True)


def test_limits_are_those_of_the_settings(narrow: MakeSender) -> None:
    sender = narrow()
    assert sender.post(EVENTS, content=b" " * 4097).status_code == 413
    answer = sender.post(EVENTS, content=b"[{},{},{},{}]")
    assert (answer.status_code, answer.json()["detail"]) == (
        413,
        "A request has at most 3 events, not 4. Send fewer at a time.",
    )
    lines = b"{}\n" * 4
    assert sender.post(EVENTS, content=lines, headers={"Content-Type": "application/x-ndjson"}).status_code == 413


def test_a_key_that_sends_too_much_is_told_when_to_come_again(narrow: MakeSender) -> None:
    sender, other = narrow(), narrow()
    batch = [viewed(number) for number in range(3)]
    answers = [sender.post(EVENTS, json=batch) for _ in range(12)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert len(sender.kept()) == 3 * (12 - len(refused))
    assert other.post(EVENTS, json=batch).status_code == 202


def test_a_stranger_is_answered_before_a_body_comes(sender: Sender) -> None:
    stranger = replace(sender, key=replace(sender.key, secret="x" * 43))
    assert raw(stranger, iter(()), "Content-Length: 9999999")[0] == 401
