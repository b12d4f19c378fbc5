"""How fast the HTTP collectors take events: `python -m benchmarks.collector [--seconds 10] [--kafka]`.

The service runs as `python app.py`, without the demo; PostgreSQL, the service and this program, which posts over
loopback, share the machine. Yardsticks of the same run: the same server answering a constant, and a COPY of the same
bodies into a table without an index, a transaction per hundred.
"""

import argparse
import asyncio
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.request import urlopen
from uuid import uuid4

import orjson
import psutil  # type: ignore[import-untyped]  # it ships no types
import sqlalchemy as sa

from benchmarks.backlog import ISSUER, REPOSITORY, believable_events
from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.store.source_keys import make_key
from deploy.local_kafka import TOPICS, LocalKafka
from ingest.native import encode

BATCH = 100
READY_WITHIN = 60.0
XAPI_VERSION = "X-Experience-API-Version: 1.0.3\r\n"

Bodies = Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Service:
    """The service on a port, with one sender's key, and its database."""

    port: int
    key: str
    process: "subprocess.Popen[bytes]"
    database: Database

    def administrate(self, statement: str) -> None:
        """Runs one statement as the superuser."""
        assert self.database.server is not None
        engine = sa.create_engine(self.database.server.admin_url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text("SET search_path = analytics"))
            connection.execute(sa.text(statement))


@dataclass(frozen=True, slots=True)
class Load:
    """What is posted: to where, by how many connections, how many events in each request."""

    name: str
    path: str
    connections: int
    events: int
    bodies: Callable[[], Bodies]
    headers: str = ""
    method: str = "POST"


@dataclass(slots=True)
class Seen:
    """What came back."""

    seconds: list[float]
    refused: int = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collector", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="for each load")
    parser.add_argument("--kafka", action="store_true", help="through a real Kafka instead of the inbox")
    parser.add_argument("--ingest", action="store_true", help="let the service's own ingest thread count meanwhile")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    loads = (
        Load("yardstick (a constant)", "/xapi/about", 16, 0, _nothing, method="GET"),
        Load("native, batches of 100", "/api/v1/events", 4, BATCH, lambda: _batches(_native())),
        Load("native, single posts", "/api/v1/events", 32, 1, _native),
        Load("xAPI, batches of 100", "/xapi/statements", 4, BATCH, lambda: _batches(_statements()), XAPI_VERSION),
        Load("xAPI, single posts", "/xapi/statements", 32, 1, _statements, XAPI_VERSION),
    )
    failed = False
    with running_service(options.kafka, options.ingest) as service:
        copied = _copy(service, options.seconds / 2)
        print(f"yardstick (COPY of the same bodies, no index): {copied:,.0f} events/s", flush=True)
        for load in loads:
            failed |= not _measure(service, load, options.seconds, copied)
            if not options.ingest:
                service.administrate("TRUNCATE inbox")
    return int(failed)


def _measure(service: Service, load: Load, seconds: float, copied: float) -> bool:
    watched = psutil.Process(service.process.pid)
    before = sum(watched.cpu_times()[:2])
    begun = time.perf_counter()
    seen = asyncio.run(_post(service, load, seconds))
    took = time.perf_counter() - begun
    used = (sum(watched.cpu_times()[:2]) - before) / took
    rate = len(seen.seconds) / took
    median, p95 = (quantiles(seen.seconds, n=20)[index] * 1000 for index in (9, 18))
    words = f"{load.name}: {rate:,.0f} requests/s"
    if load.events:
        words += f", {rate * load.events:,.0f} events/s, {rate * load.events / copied:.2f} of COPY"
    print(f"{words}; median {median:.1f} ms, p95 {p95:.1f} ms; {used:.2f} cores of the service, ", end="")
    print(
        f"{watched.memory_info().rss / 2**20:.0f} MB{f'; {seen.refused} not taken' if seen.refused else ''}", flush=True
    )
    return not seen.refused


async def _post(service: Service, load: Load, seconds: float) -> Seen:
    seen, bodies = Seen([]), load.bodies()
    deadline = time.perf_counter() + seconds

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        head = (
            f"{load.method} {load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {service.key}\r\n"
            f"Content-Type: application/json\r\n{load.headers}Content-Length: "
        ).encode()
        while time.perf_counter() < deadline:
            body = next(bodies)
            begun = time.perf_counter()
            writer.write(b"%s%d\r\n\r\n%s" % (head, len(body), body))
            told = (await reader.readuntil(b"\r\n\r\n")).lower()
            at = told.find(b"content-length:")
            if at >= 0:
                await reader.readexactly(int(told[at + 15 : told.index(b"\r", at)]))
            seen.seconds.append(time.perf_counter() - begun)
            seen.refused += not told.startswith(b"http/1.1 20")
        writer.close()

    await asyncio.gather(*(connection() for _ in range(load.connections)))
    return seen


def _nothing() -> Bodies:
    while True:
        yield b""


def _native() -> Bodies:
    """Events without end, made beforehand in part: an own id each, or they would be copies."""
    made = [encode(event, ISSUER) for event in believable_events(5_000)]
    parts = [orjson.loads(body) for body in made]
    templates = [orjson.dumps(part | {"id": "@"}).split(b'"@"') for part in parts]
    yield from _endless(templates)


def _statements() -> Bodies:
    """The same as xAPI statements."""
    templates = []
    for event in believable_events(5_000):
        assert event.activity is not None
        assert event.occurred_at is not None
        course = f"{ISSUER}/courses/{event.course.value}"
        statement = {
            "id": "@",
            "actor": {"objectType": "Agent", "account": {"homePage": ISSUER, "name": event.person.value}},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced", "display": {"en": "experienced"}},
            "object": {
                "id": f"{course}/{event.activity.value}",
                "definition": {"type": "http://adlnet.gov/expapi/activities/module", "name": {"en": "A page"}},
            },
            "context": {
                "contextActivities": {
                    "grouping": [{"id": course, "definition": {"type": "http://adlnet.gov/expapi/activities/course"}}]
                }
            },
            "timestamp": event.occurred_at.isoformat(),
        }
        templates.append(orjson.dumps(statement).split(b'"@"'))
    yield from _endless(templates)


def _endless(templates: Sequence[Sequence[bytes]]) -> Bodies:
    while True:
        for before, after in templates:
            yield b'%s"%s"%s' % (before, str(uuid4()).encode(), after)


def _batches(bodies: Bodies) -> Bodies:
    while True:
        yield b"[%s]" % b",".join(next(bodies) for _ in range(BATCH))


def _copy(service: Service, seconds: float) -> float:
    """Bodies per second."""
    service.administrate("CREATE TABLE yardstick (source_id integer, topic text, body bytea, received_at timestamptz)")
    assert service.database.server is not None
    engine = sa.create_engine(service.database.server.admin_url(), poolclass=sa.NullPool)
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("SET search_path = analytics")
    bodies, done, begun = _native(), 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        rows = "".join(f"1\tlearning\t\\\\x{next(bodies).hex()}\t{datetime.now(UTC)}\n" for _ in range(BATCH))
        cursor.copy_expert("COPY yardstick FROM STDIN", io.StringIO(rows))
        raw.commit()
        done += BATCH
    rate = done / (time.perf_counter() - begun)
    raw.close()
    service.administrate("DROP TABLE yardstick")
    return rate


@contextmanager
def running_service(kafka: bool, ingest: bool) -> Iterator[Service]:
    """The service with its database in a temporary folder, taken away afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="la-benchmark-")))
        folder.chmod(0o755)
        database = embedded_database(folder / "database")
        stack.callback(database.close)
        migrate(database)
        brokers = stack.enter_context(_broker(folder)) if kafka else ""
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation = create_organisation(connection, "benchmark", "Benchmark", "Europe/Berlin")
            source = register_source(connection, organisation, NewSource("benchmark", ISSUER, topics=TOPICS))
            key = make_key(connection, organisation, source, datetime.now(UTC))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "DATA_DIR": str(folder),
            "PORT": str(port),
            "KAFKA_BROKERS": brokers,
            "DEMO": "false",
            "INGEST_THREAD": str(ingest).lower(),
            "LOG_LEVEL": "WARNING",
            "COLLECTOR_RATE": "1000000",
        }
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL
        )
        stack.callback(process.wait, 60)
        stack.callback(process.terminate)
        _await(port, process)
        yield Service(port, key.whole, process, database)


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    broker = LocalKafka(folder / "kafka")
    try:
        broker.start()
        for topic in TOPICS:
            broker.create_topic(topic, 2)
        yield broker.bootstrap
    finally:
        broker.stop()


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The service did not start.")


if __name__ == "__main__":
    sys.exit(main())
