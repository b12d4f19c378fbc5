"""Flask behind ASGI: a thread is taken only by a request that has arrived whole, and only until its answer is made.
Of a large file it is taken for each piece anew, whichever way it goes.

a2wsgi's middleware reads the body and sends the answer from the thread itself: a dozen browsers that send or take their
bytes slowly, or go away in between, would then hold all threads, some of them for ever.
"""

import asyncio
import contextvars
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any, Final

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ

from dashapp import ids
from dashapp.api.answers import Problem
from dashapp.api.memory import Memory
from dashapp.api.receiving import EXPECT, RECEIVED, Destination, Receiver
from dashapp.api.requests import AsgiApp, Gone, Receive, Scope, Send, read_body, read_request
from dashapp.api.sending import PIECE, SEND
from dashapp.observability.logging import get_logger
from dashapp.security.guard import LONGEST_BODY

BODY_SECONDS: Final = 20.0
"""A page's requests are a few kilobytes."""
BODIES_IN_MEMORY: Final = 512 * LONGEST_BODY
"""Bytes, of all requests together that have not arrived whole yet."""
TAKING_SECONDS: Final = 60.0
"""A connection that has not taken its last answer by then gets no other one."""

UPDATE: Final = f'"changedPropIds":["{ids.Shell.VERSION}.data"]'.encode()
"""In the body of a request by a page that has heard of new data, and of no other."""
_WITH_FILE: Final = frozenset({200, 206})
"""A file, or a part of it."""

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Any]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes, IO[bytes] | None]
"""Status, headers, body; or in its place a file, which whoever sends the answer closes."""

log = get_logger(__name__)


@dataclass(slots=True)
class Bridge:
    """An ASGI app of a WSGI app whose answers fit into memory, but for files. `stop` ends its threads."""

    inner: WsgiApp
    threads: int
    body_seconds: float = BODY_SECONDS
    receiver: Receiver = field(default_factory=Receiver)
    making: Callable[[], AbstractContextManager[None]] = nullcontext
    """Around every request of a page that has heard of new data, its waiting for a thread included."""
    _executor: ThreadPoolExecutor = field(init=False)
    _others: AsgiApp = field(init=False)
    _memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        """Threads are started when they are needed."""
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="WSGI")
        self._others = WSGIMiddleware(self.inner, workers=1)  # type: ignore[arg-type,assignment]  # stricter names for the same
        self._memory = Memory(BODIES_IN_MEMORY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of the ASGI server."""
        if scope["type"] != "http":
            await self._others(scope, receive, send)  # says no to sockets, and yes to a start and an end
            return
        try:
            # A page's script sends files by this method, and nothing else.
            answer = await (self._take_file if scope["method"] == "PUT" else self._take)(scope, receive)
        except Gone:
            return
        except Problem as problem:
            await self._send(send, _words_of(problem))
            return
        if answer[3] is None:
            await self._send(send, answer)
        else:
            await self._send_file(send, receive, answer)

    def stop(self) -> None:
        """Ends the threads as soon as they have answered what they have in hand."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self.receiver.stop()

    async def _take(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request whose body fits into memory. Raises Problem, Gone."""
        with self._memory.room_for(None) as room:
            body = await read_body(read_request(scope), receive, LONGEST_BODY, self.body_seconds, room)
        if UPDATE not in body:
            return await self._in_a_thread(scope, body, {})
        with self.making():
            return await _unless_gone(asyncio.ensure_future(self._in_a_thread(scope, body, {})), receive)

    async def _take_file(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request whose body is a file: the app says where it goes, and is asked again when it is
        there. Of a file that is not wanted in the end nothing stays. Raises Problem, Gone."""
        expected: list[Destination] = []
        answer = await self._in_a_thread(scope, b"", {EXPECT: expected.append})
        if not expected:
            return answer
        try:
            received = await self.receiver.receive(expected[-1], receive)
            return await self._in_a_thread(scope, b"", {RECEIVED: received})
        finally:
            expected[-1].path.unlink(missing_ok=True)

    async def _in_a_thread(self, scope: Scope, body: bytes, given: Mapping[str, object]) -> Answer:
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        return await loop.run_in_executor(self._executor, context.run, self._ask, scope, body, given)

    def _ask(self, scope: Scope, body: bytes, given: Mapping[str, object]) -> Answer:
        """The whole answer, in a thread. `given`: what the environment has besides."""
        told: list[tuple[str, list[tuple[str, str]]]] = []
        parts: list[bytes] = []
        files: list[IO[bytes]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[..., None]:
            told[:] = [(status, headers)]
            return parts.append

        environ = build_environ(scope, BytesIO(body))  # type: ignore[arg-type]  # it only hands the body on
        iterable = self.inner({**environ, SEND: files.append, **given}, start_response)
        try:
            parts.extend(iterable)
        finally:
            getattr(iterable, "close", lambda: None)()
        status, headers = told[0]
        code = int(status.partition(" ")[0])
        # A handler that failed after it had opened a file answers with words instead.
        for file in files if code not in _WITH_FILE else files[:-1]:
            file.close()
        return code, _encoded(headers), b"".join(parts), files[-1] if files and code in _WITH_FILE else None

    async def _send(self, send: Send, answer: Answer) -> None:
        status, headers, body, _file = answer
        try:
            async with asyncio.timeout(TAKING_SECONDS):
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": body})
        except TimeoutError:
            log.info("connection.not_taken")  # the server closes what has no whole answer

    async def _send_file(self, send: Send, receive: Receive, answer: Answer) -> None:
        """Sends a file piece by piece, each when the one before has been taken; a browser that goes away ends it."""
        status, headers, _body, file = answer
        assert file is not None
        loop, gone = asyncio.get_running_loop(), asyncio.ensure_future(receive())
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            while not gone.done():
                piece = await loop.run_in_executor(self._executor, file.read, PIECE)
                async with asyncio.timeout(TAKING_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": bool(piece)})
                if not piece:
                    return
        except TimeoutError:
            log.info("connection.not_taken")
        finally:
            gone.cancel()
            file.close()


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """The headers as they are sent. What one cannot hold came from a text that somebody has entered: the answer goes
    without it, and the log says which it was."""
    encoded: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        try:
            encoded.append((name.strip().lower().encode("latin-1"), value.strip().encode("latin-1")))
        except UnicodeEncodeError:
            log.error("answer.header_left_out", header=name)
    return encoded


def _words_of(problem: Problem) -> Answer:
    """What is wrong with a request that did not arrive, as plain words."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in problem.headers]
    body = str(problem.detail).encode()
    headers += [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    return problem.status, [*headers, (b"content-length", str(len(body)).encode("ascii"))], body, None


async def _unless_gone(made: asyncio.Future[Answer], receive: Receive) -> Answer:
    """What is being made, as long as somebody waits for it: a page that has given up asks again, and where there is no
    thread for the first question yet, it would only delay the second one. Raises Gone."""
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait((made, gone), return_when=asyncio.FIRST_COMPLETED)
        if not made.done():
            made.cancel()
            raise Gone
        return made.result()
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
