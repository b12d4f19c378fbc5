"""What the audit trail costs: `python -m benchmarks.audit`.

What is added to a callback whose page was opened before in this quarter of an hour, and to one whose page was not,
beside a transaction that only commits; then sealing and proving by the row, and the room that a row takes.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal
from time import perf_counter
from typing import Any

from sqlalchemy import text

from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.chain import verify_chain
from dashapp.data.store.sealing import Sealer
from dashapp.data.viewing import Viewing, ViewNotes
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.clock import system_clock
from dashapp.domain.keys import OrganisationId
from dashapp.security.devices import network_of

TARGET: float = 1.0
"""Milliseconds that the trail may add to a callback."""
ORGANISATION = OrganisationId(1)


def main(arguments: Sequence[str]) -> int:
    """Prints the figures; 1 where the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=50_000)
    options = parser.parse_args(list(arguments))
    print(machine())
    with tempfile.TemporaryDirectory(prefix="la-bench-") as folder:
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return _measure(database, options)
        finally:
            database.close()


def _measure(database: Database, options: argparse.Namespace) -> int:
    _make_organisation(database)
    again = _each(_again(database), options.rounds)
    print(f"a page that was noted before: {again * 1000:.1f} µs added")
    first = _each(_first(database), options.rounds)
    plain = _each(lambda: _commit(database), options.rounds)
    print(f"a page that is noted now: {first:.2f} ms added; yardstick, a transaction that only commits: {plain:.2f} ms")
    _fill(database, options.rows)
    begun = perf_counter()
    Sealer(database).seal(Signal())
    seconds = perf_counter() - begun
    rows = options.rows + options.rounds + 1
    print(f"sealing: {rows / seconds:,.0f} rows/s")
    begun = perf_counter()
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        verdict = verify_chain(connection, ORGANISATION)
    print(f"proving: {rows / (perf_counter() - begun):,.0f} rows/s, {'broken' if verdict.broken else 'intact'}")
    print(f"room: {_bytes(database) / rows:.0f} bytes by the row, with indexes and seals")
    met = first <= TARGET and verdict.broken is None
    print("target met" if met else f"target missed: at most {TARGET} ms")
    return int(not met)


def _each(work: Callable[[], Any], rounds: int) -> float:
    """Milliseconds by the call: the median of ten parts."""
    parts = []
    for _ in range(10):
        begun = perf_counter()
        for _ in range(max(1, rounds // 10)):
            work()
        parts.append((perf_counter() - begun) / max(1, rounds // 10) * 1000)
    return statistics.median(parts)


def _again(database: Database) -> Callable[[], None]:
    notes = ViewNotes(database, system_clock)

    def view() -> None:
        notes.note(Viewing(ORGANISATION, _actor("again"), "person 1", "student"))

    return view


def _first(database: Database) -> Callable[[], None]:
    notes, number = ViewNotes(database, system_clock), iter(range(10**9))

    def view() -> None:
        notes.note(Viewing(ORGANISATION, _actor("first"), f"person {next(number)}", "student"))

    return view


def _actor(key: str) -> Actor:
    return Actor(key, ViewerRole.STAFF, network_of("192.0.2.17"), "local")


def _commit(database: Database) -> None:
    with database.transaction(DatabaseRole.WEB, ORGANISATION) as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text("SELECT pg_current_xact_id()"))


def _make_organisation(database: Database) -> None:
    with database.administration() as connection:
        connection.execute(
            text(
                "INSERT INTO analytics.organisations (organisation_id, name, title, created_at)"
                " OVERRIDING SYSTEM VALUE VALUES (1, 'bench', 'Bench', :now)"
            ),
            {"now": datetime.now(UTC)},
        )
        connection.commit()


def _fill(database: Database, rows: int) -> None:
    with database.transaction(DatabaseRole.WEB, ORGANISATION) as connection:
        connection.execute(
            text(
                "INSERT INTO audit_log (organisation_id, at, actor, action, subject, detail, page, role, origin,"
                " method, quarter) SELECT 1, clock_timestamp(), gen_random_uuid()::text, 'page.viewed',"
                " 'person ' || i, '{}', 'student', 'staff', '192.0.2.0/24', 'local', now()"
                " FROM generate_series(1, :rows) AS i"
            ),
            {"rows": rows},
        )


def _bytes(database: Database) -> int:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        found = connection.execute(
            text("SELECT pg_total_relation_size('audit_log') + pg_total_relation_size('audit_seals')")
        )
        return int(found.scalar_one())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
