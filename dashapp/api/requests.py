"""Reading a request within its limits: its headers, and its body without ever holding more than is allowed."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from dashapp.api.answers import Problem
from dashapp.api.memory import Room

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON: Final = "application/json"
_GZIP: Final = 31
"""zlib's window bits for the largest window in gzip's frame."""
_MOST_PARTS: Final = 100
"""Of one compressed body: each costs a copy of what follows."""
_CLOSE: Final = (("connection", "close"),)


class Gone(Exception):
    """The sender has hung up; nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What stands above the body."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    @property
    def media_type(self) -> str:
        """Without parameters, in small letters; empty where the sender does not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_request(scope: Scope) -> Request:
    """The request of an ASGI scope. Of a header that comes twice, the last."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Request(scope["method"], scope["path"], tuple(query), headers)


def check_media_type(request: Request, *taken: str) -> None:
    """Refuses a body in another format, character set or compression. A sender that says nothing sends JSON."""
    given = request.headers.get("content-type", "")
    if request.media_type not in ("", *taken):
        raise Problem(415, f"{request.media_type} is not taken here: send {' or '.join(taken[:2])}.")
    for parameter in given.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            raise Problem(415, "Another character set than UTF-8 is not taken.")
    if _encoding(request) not in ("", "identity", "gzip", "x-gzip"):
        raise Problem(415, "Of compressions only gzip is taken.", (("accept-encoding", "gzip"),))


async def read_body(request: Request, receive: Receive, limit: int, seconds: float, room: Room) -> bytes:
    """The body as it came, still compressed, in `room`.

    Raises Problem: longer than `limit`, not there after `seconds`, no room; Gone when the sender hangs up.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_long(limit)
    chunks: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                chunk = message.get("body", b"")
                if length + len(chunk) > limit:
                    raise too_long(limit)
                if chunk:
                    room.take(len(chunk))
                    length += len(chunk)
                    chunks.append(chunk)
                if not message.get("more_body"):
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    except TimeoutError:
        raise Problem(408, f"The body had not arrived after {seconds:g} seconds.", _CLOSE) from None


def too_long(limit: int) -> Problem:
    """The answer to a body that is too long."""
    return Problem(413, f"A request has at most {limit} bytes. Send less at a time.", _CLOSE)


def plain_body(request: Request, body: bytes, limit: int) -> bytes:
    """The body without its compression, which never grows beyond `limit`. Raises Problem."""
    if _encoding(request) in ("", "identity"):
        return body
    parts: list[bytes] = []
    room = limit
    try:
        for _ in range(_MOST_PARTS):
            stream = zlib.decompressobj(_GZIP)
            part = stream.decompress(body, room + 1)
            room -= len(part)
            if room < 0:
                raise too_long(limit)
            parts.append(part)
            if not stream.eof:
                raise Problem(400, "The compressed body is cut off.")
            body = stream.unused_data
            # A file may consist of several parts, and end in zeros.
            if not body.strip(b"\0"):
                return b"".join(parts)
    except zlib.error:
        raise Problem(400, "The body is not gzip, although its header says so.") from None
    raise Problem(413, f"A compressed body has at most {_MOST_PARTS} parts.")


def _encoding(request: Request) -> str:
    return request.headers.get("content-encoding", "").strip().lower()
