"""How fast past days are made anew: `python -m benchmarks.rebuild [--events 500000] [--offered 500]`.

A backlog is drained first. Then `python -m ingest rebuild` makes all of its days anew, while the ingest goes on with
new events of the same days; in the end every aggregate is compared with a recount. The yardstick of the same run reads
each raw event once, out of the database into this program, and does nothing with it.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event as Signal
from threading import Thread

import sqlalchemy as sa

from benchmarks.backlog import REPOSITORY, Servers, fill, servers
from benchmarks.draining import Offering, Task, drain
from benchmarks.machine import machine
from dashapp.data.database import DatabaseRole
from dashapp.data.store.recount import differences

LOOK_SECONDS = 0.02
GIVE_UP_AFTER = 120.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 where the rebuild fails or its result differs from a recount."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuild", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000, help="that are in the database")
    parser.add_argument("--offered", type=int, default=500, help="new events per second that come meanwhile")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    with servers() as running:
        fill(running, options.events)
        drain(running, Task(options.events, 0, 1, 1_000))
        yardstick = _yardstick(running)
        print(f"yardstick (read each raw event once): {yardstick:,.0f} events/s", flush=True)
        return 0 if _measure(running, options.offered, yardstick) else 1


def _yardstick(running: Servers) -> float:
    """Events per second that leave the database one after the other, with their bodies."""
    assert running.database.server is not None
    engine = sa.create_engine(running.database.server.admin_url(), poolclass=sa.NullPool)
    count = running.scalar("SELECT count(*) FROM raw_events")
    raw = engine.raw_connection()
    cursor = raw.cursor()
    began = time.perf_counter()
    cursor.copy_expert("COPY (SELECT * FROM analytics.raw_events) TO STDOUT (FORMAT binary)", _Nowhere())
    taken = time.perf_counter() - began
    raw.close()
    return count / taken


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, data: bytes) -> int:
        """As if it had been written."""
        return len(data)


def _measure(running: Servers, offered: int, yardstick: float) -> bool:
    """Rebuilds all days beside a live ingest and prints how long it took; whether everything is equal afterwards."""
    first, last = _days(running)
    offering, waits = Offering(running, offered), Waits(running)
    ingest = running.start_ingest()
    try:
        with offering.going_on():
            if offered:
                waits.until_moving()
            with waits.watched():
                began = time.perf_counter()
                code = _command(running, first, last)
                taken = time.perf_counter() - began
        waits.until_counted(offering.sent)
    finally:
        ingest.terminate()
        ingest.wait(60)
    if code != 0:
        print(f"the rebuild was refused or interrupted after {taken:.1f} s")
        return False
    days = (last - first).days + 1
    events = running.scalar("SELECT count(*) FROM raw_events")
    print(f"rebuild of {days} days, {events:,} events: {taken:.1f} s, {events / taken:,.0f} events/s", flush=True)
    print(f"ratio to the yardstick: {events / taken / yardstick:.2f}")
    if offered:
        print(f"{offered:,} events/s came meanwhile; the longest time without a commit was {waits.longest:.2f} s")
    with running.database.transaction(DatabaseRole.INGEST, running.organisation) as connection:
        found = differences(connection, running.organisation)
    print(f"aggregates against a recount: {found or 'equal'}")
    return not found


def _days(running: Servers) -> tuple[date, date]:
    """The first and the last local day with events, and the days beside them."""
    with running.database.transaction(DatabaseRole.INGEST, running.organisation) as connection:
        row = connection.execute(sa.text("SELECT min(day), max(day) FROM learner_course_days")).one()
    return row[0], row[1] + timedelta(days=1)


def _command(running: Servers, first: date, last: date) -> int:
    command = [sys.executable, "-m", "ingest", "rebuild", "--from", str(first), "--to", str(last)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=running.environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    print(f"the command: {done.stdout.strip().rpartition(chr(10))[2]}", flush=True)
    return done.returncode


class Waits:
    """Watches how far the ingest is, and for how long it stands at most."""

    def __init__(self, running: Servers) -> None:
        """Nothing has been seen yet."""
        self._running = running
        self._begun_at = self._done()
        self.longest = 0.0

    def until_moving(self) -> None:
        """Returns when the ingest has counted something new."""
        self._until(self._begun_at + 1)

    def until_counted(self, sent: int) -> None:
        """Returns when everything that was sent meanwhile is counted."""
        self._until(self._begun_at + sent)

    def _until(self, goal: int) -> None:
        deadline = time.perf_counter() + GIVE_UP_AFTER
        while self._done() < goal:
            if time.perf_counter() > deadline:
                raise SystemExit(f"The ingest has not counted what came within {GIVE_UP_AFTER:.0f} s.")
            time.sleep(LOOK_SECONDS)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the block runs, the longest time without a commit is kept."""
        stopping = Signal()
        thread = Thread(target=self._watch, args=(stopping,))
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()

    def _watch(self, stopping: Signal) -> None:
        done, changed_at = self._done(), time.perf_counter()
        while not stopping.wait(LOOK_SECONDS):
            now, at = self._done(), time.perf_counter()
            if now != done:
                self.longest = max(self.longest, at - changed_at)
                done, changed_at = now, at

    def _done(self) -> int:
        return self._running.scalar("SELECT coalesce(sum(next_offset), 0) FROM transport_offsets")


if __name__ == "__main__":
    sys.exit(main())
