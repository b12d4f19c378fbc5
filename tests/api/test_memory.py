"""What many large bodies take of memory: a fair share for each sender, and nothing any more when they are answered."""

import gc
import gzip
import os
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event as Signal
from threading import Thread
from urllib.parse import urlsplit

import orjson
import pytest

from dashapp.api.answers import Problem
from dashapp.api.conflicts import Conflicts
from dashapp.api.depositor import Depositor
from dashapp.api.memory import Memory
from dashapp.data.database import Database
from dashapp.web.application import Application
from ingest.depositing import InboxDepository
from tests.api.conftest import MakeSender, Sender, collecting, viewed
from tests.served import web_settings
from tests.shared import REPOSITORY
from tests.waiting import await_that

EVENTS = "/api/v1/events"
MEGABYTE = 1_048_576
WITHIN = 60.0
"""Seconds that a busy machine may need."""
NARROW = 4096


# ------------------------------------------------------------------ a fair share


def status_of(take: Callable[[], None]) -> int:
    try:
        take()
    except Problem as problem:
        return problem.status
    return 200


def test_one_sender_gets_half_of_the_room_and_others_find_theirs() -> None:
    memory = Memory(120)
    with ExitStack() as stack:
        first, again, second, third = (stack.enter_context(memory.room_for(sender)) for sender in (1, 1, 2, 3))
        first.take(40)
        again.take(20)
        assert status_of(lambda: again.take(1)) == 429
        second.take(30)
        assert status_of(lambda: second.take(1)) == 503, "it has what is free by now"
        third.take(15)
        assert memory.held == 105
    assert (memory.held, memory.by_sender) == (0, {})


def test_who_has_no_share_takes_all_there_is() -> None:
    memory = Memory(100)
    with memory.room_for(None) as room:
        room.take(100)
        assert status_of(lambda: room.take(1)) == 503
    assert memory.held == 0


@pytest.fixture(scope="module")
def narrow(module_database: Database) -> Iterator[tuple[Application, MakeSender]]:
    """The service with room for eight bodies of four kilobytes."""
    with collecting(module_database, collector_max_bytes=NARROW, collector_timeout=WITHIN) as running:
        yield running


def begin(sender: Sender) -> socket.socket:
    """A request whose body has come but for its last byte."""
    where = urlsplit(str(sender.client.base_url))
    connection = socket.create_connection((where.hostname, where.port or 80), timeout=WITHIN)
    head = f"POST {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sender.key.whole}\r\n"
    connection.sendall(f"{head}Content-Length: {NARROW}\r\n\r\n".encode() + b" " * (NARROW - 1))
    return connection


def test_a_sender_that_holds_its_share_is_told_and_keeps_nobody_else_out(
    narrow: tuple[Application, MakeSender],
) -> None:
    application, make = narrow
    greedy, other = make(), make()
    with ExitStack() as stack:
        for number in range(1, 5):
            stack.enter_context(begin(greedy))
            held = number * (NARROW - 1)
            await_that(lambda held=held: application.collectors.bytes_in_memory() == held, "it has come")  # type: ignore[misc]

        answer = greedy.post(EVENTS, json=viewed(1))

        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.json()["detail"].startswith("This sender has too much under way at once.")
        assert other.post(EVENTS, json=viewed(1)).status_code == 202
    await_that(lambda: application.collectors.bytes_in_memory() == 0, "all who hung up are forgotten")
    assert greedy.post(EVENTS, json=viewed(1)).status_code == 202


# ------------------------------------------------------------------ nothing stays


def large(kind: str) -> bytes:
    """Ten megabytes, compressed."""
    padding = "x" * 1_900
    bodies: dict[str, Callable[[], bytes]] = {
        "good events": lambda: orjson.dumps([viewed(number, note=padding) for number in range(4_900)]),
        "bad events": lambda: orjson.dumps([viewed(number, note=padding, actor=7) for number in range(4_900)]),
        "too many objects": lambda: b"[" + b"{},\n" * 400_000 + b"{}]",
        "no JSON": lambda: b'["' + b"x" * 10 * MEGABYTE,
    }
    return gzip.compress(bodies[kind](), 1)


@pytest.fixture
def never_collected() -> Iterator[None]:
    """The garbage collector does not run: what stands in a circle stays."""
    gc.collect()
    gc.disable()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.enable()


@pytest.mark.parametrize(
    "kind",
    [
        "good events",
        *(pytest.param(one, marks=pytest.mark.long) for one in ("bad events", "too many objects")),
        "no JSON",
    ],
)
def test_an_answered_body_is_gone_at_once(never_collected: None, sender: Sender, kind: str) -> None:
    body = large(kind)

    def post() -> None:
        answer = sender.post(EVENTS, content=body, headers={"Content-Encoding": "gzip"})
        assert (answer.status_code == 202) is (kind == "good events")

    post()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    senders = [Thread(target=post) for _ in range(6)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()

    await_that(lambda: tracemalloc.get_traced_memory()[0] < before + 4 * MEGABYTE, "nothing of them is left")
    assert tracemalloc.get_traced_memory()[1] < before + 160 * MEGABYTE


def test_an_idle_collector_gives_memory_back(module_database: Database, sender: Sender) -> None:
    settings, given_back = web_settings(module_database), Signal()
    depositor = Depositor(InboxDepository(settings, module_database), Conflicts(module_database), given_back.set)
    with collecting(module_database) as (application, make):
        application.collectors.depositor.stop()
        application.collectors.depositor = depositor
        assert make().post(EVENTS, json=viewed(1)).status_code == 202
        assert given_back.wait(WITHIN)


_BURST = """
import threading
from dashapp.api.memory import give_memory_back, keep_one_arena

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 // 1_048_576

keep_one_arena()
kept, done = [], threading.Event()

def work():
    pieces = [bytes(60_000) for _ in range(3_000)]
    kept.append(pieces[-1])
    pieces.clear()
    done.wait()

threads = [threading.Thread(target=work) for _ in range(2)]
before = resident()
for each in threads:
    each.start()
while len(kept) < 2:
    pass
done.set()
for each in threads:
    each.join()
between = resident()
give_memory_back()
print(between - before, resident() - before)
"""


def test_what_threads_have_freed_goes_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BURST], cwd=REPOSITORY, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    kept, left = map(int, done.stdout.split())
    assert kept > 100, "the C library keeps what is freed, or there would be nothing to do"
    assert left < 30
