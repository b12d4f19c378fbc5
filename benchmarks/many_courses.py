"""Pages of an institution with 300 courses over HTTP, each computed anew: `python -m benchmarks.many_courses`.

The campus is that of `benchmarks.crowd`: 15,000 learners, 150 in each course. Classrooms are asked for one course after
the other, each by a teacher of its own, so that nothing of any answer has been read before; the institution's page from
one week after the other by one connection, since all who look at it share an answer. The service runs in processes of
its own; PostgreSQL and the program that asks share the machine with them. Yardstick of the same run: a constant.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from benchmarks.asking import body_of
from benchmarks.crowd import campus
from benchmarks.crowd_campus import Crowd
from benchmarks.dashboards import HEAD, PROCESSES, UNCACHED_TARGET, Load, drive, post, processes_on, tell
from benchmarks.machine import machine
from dashapp.components import classroom, institution
from dashapp.data.database import Database
from dashapp.data.queries.organisations import own_address
from dashapp.domain.keys import PublicId
from dashapp.settings import Settings
from dashapp.web.application import Application, create_app

INSTITUTION_TARGET: Final = 300.0
"""Milliseconds, the 95th of a hundred."""
WEEKS: Final = 100


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks for what, as browsers would."""

    application: Application
    crowd: Crowd

    def request(self, page: str, address: PublicId, who: PublicId, **values: object) -> bytes:
        """The data of a page, for somebody."""
        given = {
            "shell-screen": {"theme": "light", "narrow": False},
            "shell-address": {"id": str(address), "embedded": False},
            **values,
        }
        cards = classroom.CARDS if page == "classroom-page" else institution.CARDS
        cookie = self.application.guard.sessions.issue(self.crowd.organisation, who)
        return post(body_of(self.application, page, given, cards), cookie)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine, the figures and the verdict; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_courses", description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="keeps the campus here for the next run")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--processes", type=int, default=PROCESSES, help="of the service; the first one also ingests")
    chosen = parser.parse_args(arguments)
    print(machine(), flush=True)
    with campus(chosen.data_dir) as (settings, database, crowd):
        with _asking(settings, database, crowd) as asking:
            constant, rooms, whole = _loads(asking, own_address(database, crowd.organisation))
        with processes_on(settings, chosen.processes) as ports:
            print(HEAD)
            failed = 0
            for load, connections in ((constant, chosen.connections), (rooms, chosen.connections), (whole, 1)):
                # Each process has to make itself known to the database before.
                first = Load(load.what, load.requests[-len(ports) :], None)
                asyncio.run(drive(first, 0.1, len(ports), ports))
                outcome = asyncio.run(drive(load, chosen.seconds, connections, ports))
                failed += tell(load, outcome)
                if load is whole:
                    failed += _verdict(outcome.taken)
    return int(failed > 0)


def _verdict(taken: Sequence[float]) -> int:
    p95 = sorted(taken)[int(0.95 * len(taken))] * 1000
    held = p95 <= INSTITUTION_TARGET
    print(f"institution p95 ≤ {INSTITUTION_TARGET:.0f} ms: {'held' if held else 'MISSED'}")
    return int(not held)


@contextmanager
def _asking(settings: Settings, database: Database, crowd: Crowd) -> Iterator[_Asking]:
    url = database.url.render_as_string(hide_password=False)
    own = settings.model_copy(update={"database_url": url})
    application = create_app(own, database=database, demo_people=lambda _database: [])
    try:
        yield _Asking(application, crowd)
    finally:
        application.close()


def _loads(asking: _Asking, organisation: PublicId) -> tuple[Load, Load, Load]:
    crowd = asking.crowd
    # The courses of each round have another teacher, and another first day.
    asked = islice(zip(cycle(crowd.courses), crowd.teachers, strict=False), 2 * len(crowd.courses))
    today = datetime.now(UTC).date()
    rooms = [
        asking.request(
            "classroom-page",
            course,
            teacher,
            **{"classroom-first": (today - timedelta(days=30 + number // len(crowd.courses))).isoformat()},
        )
        for number, ((_key, course), (_teacher, teacher)) in enumerate(asked)
    ]
    dean = crowd.administrators[0][1]
    weeks = [(today - timedelta(weeks=back)).isoformat() for back in range(1, WEEKS)]
    whole = [asking.request("institution-page", organisation, dean, **{"institution-first": week}) for week in weeks]
    constant = [b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    return (
        Load("yardstick: a constant", constant, None),
        Load("computed anew: classrooms of 150", rooms, UNCACHED_TARGET),
        Load("computed anew: institution", whole, None),
    )


if __name__ == "__main__":
    sys.exit(main())
