"""Files that are larger than a web process has memory, sent by a page: a handler says where one goes, and the server
writes it there in pieces as it comes, beside all other requests.

The handler is asked twice: before anything of the body is read, and when the file is whole. It decides both times.
"""

import asyncio
import os
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from dashapp.api.answers import Problem
from dashapp.api.requests import Gone, Receive
from dashapp.observability.logging import get_logger

EXPECT: Final = "la.expect_file"
"""Where the WSGI environment has what takes a `Destination`, before the body of a request is read."""
RECEIVED: Final = "la.received_file"
"""Where it has the `ReceivedFile`, once the file is whole."""
AT_ONCE: Final = 8
"""Files that one process receives at a time; each costs it `PIECE` bytes of memory, twice."""
SILENT_SECONDS: Final = 60.0
"""A sender of whom nothing has come for so long is given up."""
PIECE: Final = 1 << 18
"""Bytes that are written at once."""
_THREADS: Final = 2

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a file goes that does not exist yet, and how many bytes it has to have."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that has arrived. Whoever wants it moves it away: what stands at `path` afterwards is removed."""

    path: Path
    size: int
    sha256: str


class Writing:
    """A file that is being written, by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._file: IO[bytes] = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._digest = sha256()

    def write(self, piece: bytes) -> None:
        """The next piece. Raises OSError."""
        self._digest.update(piece)
        self._file.write(piece)

    def finish(self) -> str:
        """Has the file on the disk; the hash of it. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._digest.hexdigest()

    def close(self) -> None:
        """Ends it as it is."""
        self._file.close()


@dataclass(slots=True)
class Receiver:
    """Receives files for one event loop. `stop` ends its threads."""

    at_once: int = AT_ONCE
    silent_seconds: float = SILENT_SECONDS
    _under_way: int = 0
    _executor: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Threads are started when they are needed; pages have their own."""
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="receiving")

    def stop(self) -> None:
        """Ends the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def receive(self, to: Destination, receive: Receive) -> ReceivedFile:
        """The whole file. Raises Problem; Gone when the sender hangs up. Whoever asks removes what is there then."""
        if self._under_way >= self.at_once:
            raise Problem(
                503, "Several files are arriving already. Send it again in a moment.", (("retry-after", "5"),)
            )
        self._under_way += 1
        try:
            return await self._receive(to, receive)
        except OSError as error:
            log.warning("upload.not_written", reason=type(error).__name__, number=error.errno)
            raise Problem(507, "The file could not be written to the disk of the service.") from None
        finally:
            self._under_way -= 1

    async def _receive(self, to: Destination, receive: Receive) -> ReceivedFile:
        loop = asyncio.get_running_loop()
        writing = await loop.run_in_executor(self._executor, Writing, to.path)
        try:
            size, waiting, more = 0, bytearray(), True
            while more:
                message = await self._next(receive)
                waiting += message.get("body", b"")
                more = bool(message.get("more_body"))
                if size + len(waiting) > to.size:
                    raise Problem(413, "There is more than the request has said.")
                if len(waiting) >= PIECE or not more:
                    size += len(waiting)
                    await loop.run_in_executor(self._executor, writing.write, bytes(waiting))
                    waiting.clear()
            if size != to.size:
                raise Gone
            return ReceivedFile(to.path, size, await loop.run_in_executor(self._executor, writing.finish))
        finally:
            await asyncio.shield(loop.run_in_executor(self._executor, writing.close))

    async def _next(self, receive: Receive) -> MutableMapping[str, Any]:
        try:
            async with asyncio.timeout(self.silent_seconds):
                message = await receive()
        except TimeoutError:
            raise Problem(408, f"Nothing has come for {self.silent_seconds:g} seconds.") from None
        if message["type"] == "http.disconnect":
            raise Gone
        return message
