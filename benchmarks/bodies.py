"""What many large bodies at once take of the service's memory, and what stays: `python -m benchmarks.bodies`.

Forty gzip bodies of ten megabytes are posted at once, twice of each kind; the service runs as `python app.py`, without
the demo, its memory is looked at a hundred times a second, and again when it has been idle for a moment.
"""

import argparse
import gzip
import http.client
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event as Signal
from threading import Thread

import orjson
import psutil  # type: ignore[import-untyped]  # it ships no types

from benchmarks.collector import Service, running_service
from benchmarks.machine import machine

AT_ONCE = 40
EVENTS = 4_900
PADDING = "x" * 1_900
LOOK_SECONDS = 0.01
IDLE_SECONDS = 4.0
"""After which the service has given back what it does."""
MEGABYTE = 1_048_576


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    argparse.ArgumentParser(prog="python -m benchmarks.bodies", description=__doc__).parse_args(arguments)
    print(machine(), flush=True)
    with running_service(kafka=False, ingest=False) as service:
        watched = psutil.Process(service.process.pid)
        _post(service, gzip.compress(b"[]"), Counter())
        print(f"before: {watched.memory_info().rss / MEGABYTE:.0f} MB", flush=True)
        for kind, made in KINDS.items():
            bodies = [gzip.compress(made(number), 1) for number in range(AT_ONCE)]
            for _ in range(2):
                _burst(service, watched, kind, bodies)
    return 0


def _burst(service: Service, watched: psutil.Process, kind: str, bodies: Sequence[bytes]) -> None:
    told: Counter[int] = Counter()
    senders = [Thread(target=_post, args=(service, body, told)) for body in bodies]
    most = [0]
    begun = time.perf_counter()
    with _looking(watched, most):
        for each in senders:
            each.start()
        for each in senders:
            each.join()
    took = time.perf_counter() - begun
    time.sleep(IDLE_SECONDS)
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(told.items()))
    left = watched.memory_info().rss
    words = f"at most {most[0] / MEGABYTE:.0f} MB, {left / MEGABYTE:.0f} MB when idle"
    print(f"{kind}: {answers} in {took:.1f} s; {words}", flush=True)
    service.administrate("TRUNCATE inbox")


def _post(service: Service, body: bytes, told: Counter[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=300)
    headers = {"Authorization": f"Bearer {service.key}", "Content-Encoding": "gzip"}
    connection.request("POST", "/api/v1/events", body, headers)
    told[connection.getresponse().status] += 1
    connection.close()


@contextmanager
def _looking(watched: psutil.Process, most: list[int]) -> Iterator[None]:
    """While the block runs, the most memory is kept in `most`."""
    stopping = Signal()

    def look() -> None:
        while not stopping.wait(LOOK_SECONDS):
            most[0] = max(most[0], watched.memory_info().rss)

    thread = Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _events(number: int, actor: object) -> bytes:
    event = {"type": "viewed", "actor": {"id": actor}, "course": {"id": "algebra"}, "note": PADDING}
    return orjson.dumps([{**event, "id": f"{number}-{place}"} for place in range(EVENTS)])


KINDS: Mapping[str, Callable[[int], bytes]] = {
    "good events": lambda number: _events(number, "anna"),
    "bad events": lambda number: _events(number, 7),
    "too many objects": lambda _number: b"[" + b"{},".ljust(25) * 400_000 + b"{}]",
    "too many events": lambda number: orjson.dumps([{"type": "viewed", "id": f"{number}-{n}"} for n in range(280_000)]),
}

if __name__ == "__main__":
    sys.exit(main())
