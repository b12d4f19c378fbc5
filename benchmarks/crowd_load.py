"""The open pages of `benchmarks.crowd`, in a process of their own: `python -m benchmarks.crowd_load PLAN`.

Each page does what `assets/live.js` does in a browser: it asks `/live` at its rate over a connection that it keeps, and
asks for its data when it hears of a version that it does not show. Unlike a browser it asks for data once at a time:
where the service is late, browsers ask for more than this program. Bytes that are made before, a protocol on bare
sockets and no client library keep the share of the cores low.
"""

import asyncio
import resource
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final, cast

import brotli
import msgspec
import uvloop

GIVE_UP: Final = 8.0
"""Seconds: as in `assets/live.js`."""
WAIT_FOR_DATA: Final = 30.0
"""Seconds, after which an answer with data counts as a time-out and the page asks again."""
OPENED_A_SECOND: Final = 500


class PlannedPage(msgspec.Struct):
    """One open page."""

    kind: str
    cookie: str
    topic: str
    body: int
    """Which of the plan's bodies asks for its data."""


class Plan(msgspec.Struct):
    """What is to be done."""

    port: int
    ticks_port: int
    """Where `/live` is asked: the same, or that of the process that a proxy in front would ask."""
    interval: float
    warm_up: float
    """Seconds from the moment when all pages are open, which are not measured."""
    seconds: float
    bodies: list[str]
    pages: list[PlannedPage]


class Outcome(msgspec.Struct):
    """What was seen while it was measured; times in milliseconds."""

    ticks: list[float] = []
    late: list[float] = []
    """How long after its time a tick was sent: the part of this program itself."""
    callbacks: dict[str, list[float]] = {}
    put_off: int = 0
    """Ticks of pages for which there was news that they were not told yet."""
    behind: list[float] = []
    """Seconds behind the clock, as the other ticks say it."""
    between: dict[str, list[float]] = {}
    """Seconds between two answers with data to the same page."""
    statuses: dict[str, int] = {}
    timed_out: dict[str, int] = {}
    connections: int = 0
    core: float = 0.0
    """Of this program."""


@dataclass(slots=True)
class Load:
    """Everything that the pages share."""

    plan: Plan
    loop: asyncio.AbstractEventLoop
    outcome: Outcome = field(default_factory=Outcome)
    measures: bool = False
    open: int = 0

    def count(self, status: str) -> None:
        """Counts an answer that is neither 200 nor 304, or a connection that ended."""
        if self.measures:
            self.outcome.statuses[status] = self.outcome.statuses.get(status, 0) + 1

    def time_out(self, what: str) -> None:
        """Counts an answer that did not come in time."""
        if self.measures:
            self.outcome.timed_out[what] = self.outcome.timed_out.get(what, 0) + 1


class Line(asyncio.Protocol):
    """A kept connection with one question at a time."""

    __slots__ = ("_buffer", "_sent", "_told", "_until", "load", "pool", "transport")

    def __init__(self, load: Load, pool: list["Line"]) -> None:
        self.load, self.pool = load, pool
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._told: Any = None
        self._sent = 0.0
        self._until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open."""
        self.transport = cast(asyncio.Transport, transport)
        self.load.open += 1

    def ask(self, request: bytes, told: Any, seconds: float) -> None:
        """Sends; `told` gets status, head, body and the seconds that it took, or None for the time-out."""
        assert self.transport is not None
        self._told, self._sent = told, perf_counter()
        self._until = self.load.loop.call_later(seconds, self._give_up)
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """A part of the answer."""
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[: end + 2]
        status, length = int(head[9:12]), 0
        if status not in (204, 304):
            length = int(value_of(head, b"content-length") or 0)
        if len(self._buffer) < end + 4 + length:
            return
        body, self._buffer = self._buffer[end + 4 : end + 4 + length], b""
        told, self._told = self._told, None
        if self._until is not None:
            self._until.cancel()
        if told is not None:
            self.pool.append(self)
            told(status, head, body, perf_counter() - self._sent)

    def connection_lost(self, _error: Exception | None) -> None:
        """The server ended it."""
        self.load.open -= 1
        if self in self.pool:
            self.pool.remove(self)
        if self._told is not None:
            told, self._told = self._told, None
            self.load.count("connection lost")
            told(0, b"", b"", 0.0)

    def _give_up(self) -> None:
        told, self._told = self._told, None
        assert self.transport is not None
        self.transport.abort()
        if told is not None:
            told(None, b"", b"", 0.0)


def value_of(head: bytes, name: bytes) -> bytes:
    """The value of a header; empty where there is none."""
    place = head.find(b"\r\n" + name + b": ")
    if place < 0:
        return b""
    begin = place + len(name) + 4
    return head[begin : head.index(b"\r\n", begin)]


class Page:
    """An open page of somebody."""

    __slots__ = (
        "_ask_for_data",
        "_due",
        "_etag",
        "_filled_at",
        "_kind",
        "_known",
        "_lines",
        "_tick",
        "_vain",
        "_waits",
        "load",
    )

    def __init__(self, load: Load, planned: PlannedPage, bodies: list[bytes]) -> None:
        self.load = load
        self._lines: dict[int, list[Line]] = {load.plan.ticks_port: [], load.plan.port: []}
        """Those that are idle, by port."""
        self._kind = planned.kind
        shared = _HEADERS + f"Cookie: la_session={planned.cookie}\r\n"
        self._tick = f"GET /live?topic={planned.topic} HTTP/1.1\r\n{shared}".encode()
        # The body is the same for many pages, the head is not.
        self._ask_for_data = (
            f"POST /_dash-update-component HTTP/1.1\r\n{shared}Content-Type: application/json\r\n"
            f"Content-Length: {len(bodies[planned.body])}\r\n\r\n".encode(),
            bodies[planned.body],
        )
        self._etag = self._known = b""
        self._waits = False
        self._vain = (b"", 0, 0.0)
        """The version asked for that was not the one shown, how often, and until when it is not asked for again."""
        self._due = self._filled_at = 0.0

    def open(self, due: float) -> None:
        """Opens the page's connection, and asks for the first time at `due`, by the loop's clock."""
        self._due = due
        self.load.loop.create_task(self._connect(self.load.plan.ticks_port, self._begin))

    async def _connect(self, port: int, then: Any) -> None:
        pool = self._lines[port]
        try:
            _, line = await self.load.loop.create_connection(lambda: Line(self.load, pool), "127.0.0.1", port)
        except OSError as error:
            self.load.count(f"not connected: {type(error).__name__}")
            return
        then(line)

    def _begin(self, line: Line) -> None:
        line.pool.append(line)
        self.load.loop.call_at(self._due, self._ask)

    def _by_a_line(self, port: int, request: bytes, told: Any, seconds: float) -> None:
        """Over a connection that is idle, else a further one, as browsers do."""
        idle = self._lines[port]
        if idle:
            idle.pop().ask(request, told, seconds)
        else:
            self.load.loop.create_task(self._connect(port, lambda line: line.ask(request, told, seconds)))

    def _ask(self) -> None:
        load = self.load
        if load.measures:
            load.outcome.late.append((load.loop.time() - self._due) * 1000)
        etag = b'If-None-Match: "' + self._etag + b'"\r\n\r\n' if self._etag else b"\r\n"
        self._by_a_line(load.plan.ticks_port, self._tick + etag, self._heard, GIVE_UP)

    def _heard(self, status: int | None, head: bytes, _body: bytes, took: float) -> None:
        load = self.load
        self._due = max(self._due + load.plan.interval, load.loop.time())
        load.loop.call_at(self._due, self._ask)
        if status is None:
            load.time_out("tick")
        elif status not in (200, 304):
            load.count(f"tick {status}")
        else:
            if load.measures:
                load.outcome.ticks.append(took * 1000)
                load.outcome.put_off += bool(value_of(head, b"la-now"))
                if behind := value_of(head, b"la-behind"):
                    load.outcome.behind.append(float(behind))
            self._etag = value_of(head, b"etag")[1:-1]
            self._compare()

    def _compare(self) -> None:
        if self._waits or self._etag == self._known:
            return
        if self._etag == self._vain[0] and self.load.loop.time() < self._vain[2]:
            return
        was, self._known = self._known, self._etag
        if was:  # what is open shows what there was when it was opened
            self._waits = True
            self._by_a_line(self.load.plan.port, b"".join(self._ask_for_data), self._filled, WAIT_FOR_DATA)

    def _filled(self, status: int | None, head: bytes, body: bytes, took: float) -> None:
        self._waits = False
        if status is None:
            self.load.time_out(f"callback, {self._kind}")
            return
        if value_of(head, b"content-encoding") == b"br":
            body = brotli.decompress(body)
        place = body.find(b'"version":"')
        if status != 200 or place < 0:
            self.load.count(f"callback {status}{'' if status != 200 else ' without data'}")
            return
        shown = body[place + 11 : body.index(b'"', place + 11)]
        if shown != self._known:
            # It may be another one than the tick has named: as in `assets/live.js`.
            times = self._vain[1] + 1 if self._vain[0] == self._known else 0
            wait = self.load.plan.interval * (2**times - 0.5)
            self._vain = (self._known, times, self.load.loop.time() + wait)
        self._known = shown
        before, self._filled_at = self._filled_at, self.load.loop.time()
        if self.load.measures:
            self.load.outcome.callbacks.setdefault(self._kind, []).append(took * 1000)
            if before:
                self.load.outcome.between.setdefault(self._kind, []).append(self._filled_at - before)


_HEADERS: Final = (
    "Host: localhost\r\nConnection: keep-alive\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\nCache-Control: no-cache\r\nPragma: no-cache\r\nSec-Fetch-Dest: empty\r\n"
    "Sec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\nReferer: http://localhost/me\r\nUser-Agent: Mozilla/5.0"
    " (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"
)


async def drive(plan: Plan) -> Outcome:
    """Opens the pages, lets them ask, and measures when the warm-up is over."""
    loop = asyncio.get_running_loop()
    load = Load(plan, loop)
    bodies = [each.encode() for each in plan.bodies]
    pages = [Page(load, planned, bodies) for planned in plan.pages]
    begin = loop.time()
    all_open = begin + len(pages) / OPENED_A_SECOND
    for number, page in enumerate(pages):
        # Spread over the interval by a step that has nothing to do with the order of kinds.
        due = all_open + plan.interval * (number * 0.618034 % 1)
        loop.call_at(begin + number / OPENED_A_SECOND, page.open, due)
    await asyncio.sleep(all_open - begin + plan.warm_up)
    load.measures = True
    print("measuring", flush=True)
    started, own = perf_counter(), process_time()
    await asyncio.sleep(plan.seconds)
    load.measures = False
    load.outcome.core = (process_time() - own) / (perf_counter() - started)
    load.outcome.connections = load.open
    return load.outcome


def raise_file_limit() -> int:
    """As many open files as the machine lets this program have, for it and what it starts; gives how many."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def main(arguments: list[str]) -> int:
    """Does what the plan says, and writes the outcome as JSON beside it."""
    path = Path(arguments[0])
    plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    raise_file_limit()
    outcome = uvloop.run(drive(plan))
    path.with_suffix(".outcome").write_bytes(msgspec.json.encode(outcome))
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
