"""How many dashboards a second the service answers over HTTP: `python -m benchmarks.dashboards`.

The service runs in processes of its own with the demo campus; the program that asks shares the machine with it and with
PostgreSQL, and says which share of a core it takes. A dashboard is the batched callback of a page, as a browser sends
it. Anew are pages of one learner after the other and a classroom from one day after the other, which nobody has asked
for before. Yardstick of the same run: `/health/live`, a constant, over the same connections.
"""

import argparse
import asyncio
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from time import perf_counter, process_time
from typing import Final

import orjson
from sqlalchemy import text

from benchmarks.asking import body_of
from benchmarks.machine import machine
from benchmarks.sites import DemoSite, demo_site, running
from dashapp.components import classroom, institution, student
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.security.sessions import COOKIE
from dashapp.settings import Settings, load_settings
from dashapp.web.application import Application, create_app

CACHED_TARGET, UNCACHED_TARGET = 500.0, 30.0
SECONDS: Final = 10.0
CONNECTIONS: Final = 8
PROCESSES: Final = 2
"""One for each core of the machine that the targets name."""
HEAD: Final = f"{'':<34}{'a second':>9}{'p50':>9}{'p95':>9}{'KB each':>9}{'asking takes':>14}{'target':>8}"


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of question; `requests` are sent in turn, and again from the first after the last."""

    what: str
    requests: Sequence[bytes]
    target: float | None


@dataclass(slots=True)
class Outcome:
    """What came back: seconds of each answer."""

    taken: list[float]
    elapsed: float
    own_share: float
    """Of a core, taken by the program that asks."""
    bytes_read: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where one of them is under its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboards", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--processes", type=int, default=PROCESSES, help="of the service; the first one also ingests")
    chosen = parser.parse_args(arguments)
    print(machine())
    failed = 0
    with demo_site() as site, asking_for(site) as loads, processes_on(site.settings, chosen.processes) as ports:
        print(HEAD)
        for load in loads:
            # Once before, so that processes are warm and what is kept is kept.
            if load.what.startswith("kept"):
                asyncio.run(drive(load, 1.0, chosen.connections, ports))
            outcome = asyncio.run(drive(load, chosen.seconds, chosen.connections, ports))
            failed += tell(load, outcome)
    return int(failed > 0)


def tell(load: Load, outcome: Outcome) -> int:
    """Prints a line; 1 where the rate is under its target."""
    rate = len(outcome.taken) / outcome.elapsed
    ordered = sorted(outcome.taken)
    p50, p95 = statistics.median(ordered) * 1000, ordered[int(0.95 * len(ordered))] * 1000
    each = outcome.bytes_read / len(ordered) / 1000
    aimed = "" if load.target is None else f"{load.target:.0f}"
    print(
        f"{load.what:<34}{rate:>9.0f}{p50:>6.1f} ms{p95:>6.1f} ms{each:>9.1f}{outcome.own_share:>9.2f} core{aimed:>8}",
        flush=True,
    )
    return int(load.target is not None and rate < load.target)


@contextmanager
def processes_on(settings: Settings, processes: int, **first: str) -> Iterator[list[int]]:
    """So many processes of the service on one database, as behind a balancer; their ports. `first`: settings of the
    first one, which also ingests."""
    ports = [settings.port + number for number in range(processes)]
    alone = {"INGEST_THREAD": "false", "JOBS_THREAD": "false"}
    with ExitStack() as stack:
        stack.enter_context(running(settings, **first))
        for port in ports[1:]:
            stack.enter_context(running(settings, PORT=str(port), **alone))
        yield ports


async def drive(load: Load, seconds: float, connections: int, ports: Sequence[int], *, once: bool = False) -> Outcome:
    """Keeps every connection busy with one question at a time until the time is over; they take the ports in turn.

    `once`: no question again, so that it may be over sooner.
    """
    questions, read = iter(load.requests) if once else cycle(load.requests), 0
    taken: list[float] = []
    begun, own = perf_counter(), process_time()
    ends = begun + seconds

    async def ask_on(port: int) -> None:
        nonlocal read
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        while (now := perf_counter()) < ends:
            if (question := next(questions, None)) is None:
                break
            writer.write(question)
            status, size = await _answer(reader)
            if status != 200:
                raise SystemExit(f"{load.what}: answered {status}.")
            read += size
            taken.append(perf_counter() - now)
        writer.close()

    await asyncio.gather(*(ask_on(ports[number % len(ports)]) for number in range(connections)))
    elapsed = perf_counter() - begun
    return Outcome(taken, elapsed, (process_time() - own) / elapsed, read)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Status and bytes of one answer of HTTP/1.1, by its length or in chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    status = int(head.split(b" ", 2)[1])
    place = lower.find(b"content-length: ")
    if place >= 0:
        length = int(lower[place + 16 : lower.index(b"\r\n", place)])
        await reader.readexactly(length)
        return status, length
    total = 0
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
        total += size
    await reader.readuntil(b"\r\n")
    return status, total


# ------------------------------------------------------------------ what is asked


@contextmanager
def asking_for(site: DemoSite) -> Iterator[list[Load]]:
    """The questions, as the browser of a teacher, a student and an administrator would send them."""
    url = site.database.url.render_as_string(hide_password=False)
    settings = load_settings(_env_file=None, database_url=url, demo=False, ingest_thread=False)
    application = create_app(settings, database=site.database, demo_people=lambda _database: [])
    try:
        yield _loads(site, application)
    finally:
        application.close()


def _loads(site: DemoSite, application: Application) -> list[Load]:
    organisation = site.people[0].organisation_id
    with site.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        course = connection.execute(text(_LARGEST), {"organisation": organisation}).one()
        learners = connection.execute(
            text(_LEARNERS), {"organisation": organisation, "course": course.course_id}
        ).scalars()
        teacher = connection.execute(
            text(_TEACHER), {"organisation": organisation, "course": course.course_id}
        ).scalar_one()
        people = [str(each) for each in learners]
    administrator = site.somebody("administrator").public_id
    screen = {"shell-screen": {"theme": "light", "narrow": False}}

    def sender(public_id: object) -> Callable[[str, dict[str, object], Sequence[str]], bytes]:
        cookie = application.guard.sessions.issue(organisation, public_id)  # type: ignore[arg-type]

        def send(output: str, values: dict[str, object], cards: Sequence[str]) -> bytes:
            return post(body_of(application, output, {**screen, **values}, cards), cookie)

        return send

    def at(public_id: object) -> dict[str, object]:
        return {"shell-address": {"id": str(public_id), "embedded": False}}

    by_teacher, by_dean, room = sender(teacher), sender(administrator), at(course.public_id)
    today = datetime.now(UTC).date()
    days = [(today - timedelta(days=back)).isoformat() for back in range(3, 400)]
    kept = [
        by_teacher("student-page", at(people[0]), student.CARDS),
        by_teacher("classroom-page", room, classroom.CARDS),
        by_dean("institution-page", at(own_address(site.database, organisation)), institution.CARDS),
    ]
    anew = [by_teacher("classroom-page", {**room, "classroom-first": day}, classroom.CARDS) for day in days]
    of_learners = [by_teacher("student-page", at(each), student.CARDS) for each in people]
    constant = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return [
        Load("yardstick: a constant", [constant], None),
        Load("computed anew: learner's pages", of_learners, UNCACHED_TARGET),
        Load("computed anew: classroom", anew, UNCACHED_TARGET),
        Load("kept: learner's page", kept[:1], CACHED_TARGET),
        Load("kept: classroom", kept[1:2], CACHED_TARGET),
        Load("kept: institution", kept[2:], CACHED_TARGET),
        Load("kept: the three in turn", kept, CACHED_TARGET),
    ]


_LARGEST = """SELECT c.course_id, c.public_id FROM courses c JOIN memberships m ON m.scope_kind = 'course'
  AND m.scope_id = c.course_id AND m.role = 'learner' WHERE c.organisation_id = :organisation
  GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1"""
_ROLE = """SELECT p.public_id FROM memberships m JOIN people p USING (organisation_id, person_id)
  WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.scope_id = :course AND m.ends_at IS NULL"""
_LEARNERS = f"{_ROLE} AND m.role = 'learner'"
_TEACHER = f"{_ROLE} AND m.role = 'teacher' LIMIT 1"


def post(body: object, cookie: str) -> bytes:
    """The request of a callback, as it is sent."""
    sent = orjson.dumps(body)
    head = (
        "POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Accept-Encoding: identity\r\nCookie: {COOKIE}={cookie}\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode("ascii") + sent


if __name__ == "__main__":
    sys.exit(main())
