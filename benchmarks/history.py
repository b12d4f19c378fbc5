"""How fast history comes in: `python -m benchmarks.history [--rows 500000]`.

The log of a Moodle is written as its database exports it, and brought in by `python -m ingest.history`, with a
PostgreSQL of its own on this machine. Beside it stand, of the same run and on the same database: reading alone
(`--check`), and the yardstick, before and after the import: the very same events, which a process of its own holds in
memory already, by the loader.
"""

import argparse
import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.backlog import ISSUER, REPOSITORY, believable_events
from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, database_from, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.store.recount import differences
from dashapp.data.store.senders import read_senders
from dashapp.domain.clock import system_clock
from dashapp.domain.events import Event, Source, Verb
from dashapp.domain.keys import OrganisationId
from dashapp.settings import load_settings
from ingest.bulk import batches_of, bulk_loader
from ingest.history.moodle.files import Moodle, read_moodle
from ingest.history.recorded import Notes
from ingest.history.tables import look_at

ZONE: Final = "Europe/Berlin"
_COLUMNS: Final = (
    *("id", "eventname", "component", "action", "target", "objecttable", "objectid", "crud", "edulevel", "contextid"),
    *("contextlevel", "contextinstanceid", "userid", "courseid", "relateduserid", "anonymous", "other", "timecreated"),
    *("origin", "ip", "realuserid"),
)
_EVENTS: Final = {
    Verb.COMPLETED: ("\\mod_lesson\\event\\lesson_ended", "mod_lesson", "ended"),
    Verb.SUBMITTED: ("\\mod_quiz\\event\\attempt_submitted", "mod_quiz", "submitted"),
    Verb.POSTED: ("\\mod_forum\\event\\post_created", "mod_forum", "created"),
    Verb.INTERACTED: ("\\mod_choice\\event\\answer_created", "mod_choice", "created"),
    Verb.ANSWERED: ("\\mod_choice\\event\\answer_updated", "mod_choice", "updated"),
}
_VIEWED: Final = ("\\mod_page\\event\\course_module_viewed", "mod_page", "viewed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 where an import fails, or the aggregates differ from a recount."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000, help="of the log")
    parser.add_argument("--yardstick", nargs=3, metavar=("FOLDER", "LOG", "SOURCE"), help="only that, on these")
    options = parser.parse_args(arguments)
    if options.yardstick is not None:
        print(_yardstick(*options.yardstick))
        return 0
    print(machine(), flush=True)
    with TemporaryDirectory(prefix="la-benchmark-") as folder:
        log = Path(folder) / "mdl_logstore_standard_log.csv"
        _write(log, options.rows)
        print(f"log: {options.rows:,} rows, {log.stat().st_size / 1e6:,.0f} MB", flush=True)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return _measure(database, Path(folder), log, options.rows)
        finally:
            database.close()


def _measure(database: Database, folder: Path, log: Path, rows: int) -> int:
    source = _register(database, "history")
    for name in ("before", "after"):
        _register(database, name)
    failed, yardsticks = 0, [_yardstick_beside(folder, log, "before")]
    for what, more in (("reading alone (--check)", ("--check",)), ("import", ()), ("the same import again", ())):
        for file in (folder / "imports").glob("*.json"):
            file.unlink()
        seconds, peak, status = _run(folder, log, more)
        print(f"{what}: {rows / seconds:,.0f} rows/s ({seconds:.1f} s, {peak / 1024:.0f} MB at most)", flush=True)
        failed += status != 0
        if what == "import":
            yardsticks.append(_yardstick_beside(folder, log, "after"))
            ratios = ", ".join(f"{rows / seconds / yardstick:.2f}" for yardstick in yardsticks)
            print(f"ratio of the import to the yardstick before and after it: {ratios}", flush=True)
    with database.transaction(DatabaseRole.INGEST, source.organisation_id) as connection:
        counted = connection.execute(sa.text("SELECT coalesce(sum(events), 0) FROM learner_course_days")).scalar_one()
        wrong = differences(connection, source.organisation_id)
    print(f"counted: {counted:,} events; aggregates that differ from a recount: {wrong or 'none'}")
    return 1 if failed or wrong or counted != rows else 0


def _yardstick_beside(folder: Path, log: Path, name: str) -> float:
    """In a process of its own: it holds all events, and a child is charged with what its parent holds."""
    command = [sys.executable, "-m", "benchmarks.history", "--yardstick", str(folder), str(log), name]
    found = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True, text=True)
    rate = float(found.stdout)
    print(f"yardstick (the same events from memory, by the loader): {rate:,.0f} events/s", flush=True)
    return rate


def _yardstick(folder: str, log: str, name: str) -> float:
    """Events per second that the loader counts."""
    notes, told = Notes(), Moodle(ISSUER, ISSUER, ZoneInfo(ZONE))
    history = read_moodle([(None, looked) for looked in look_at([Path(log)])], told, notes, datetime.now(UTC))
    events: list[Event] = [event for part in history.parts for step in part.steps(0, notes) for event in step.events]
    settings = load_settings(data_dir=Path(folder), demo=False)
    with closing(database_from(settings)) as database:
        source = _registered(database, name)
        began = time.perf_counter()
        with bulk_loader(settings, database, 36_500) as loader:
            counted = sum(one.new for one in loader.load(source, batches_of(events), system_clock))
        return counted / (time.perf_counter() - began)


def _run(folder: Path, log: Path, more: Sequence[str]) -> tuple[float, int, int]:
    """(seconds, KiB at most, exit code) of the command, its start included."""
    environment = {**os.environ, "DATA_DIR": str(folder), "DEMO": "false"}
    command = [sys.executable, "-m", "ingest.history", "moodle", str(log), "--through", "here", *more]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--organisation", "history", "--source", "history"],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "said.txt").open("wb"),
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print((folder / "said.txt").read_text()[-2000:])
    return time.perf_counter() - began, used.ru_maxrss, process.returncode


def _register(database: Database, name: str) -> Source:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation: OrganisationId = create_organisation(connection, name, name.title(), ZONE)
        register_source(connection, organisation, NewSource(name, ISSUER))
    return _registered(database, name)


def _registered(database: Database, name: str) -> Source:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        return next(each.source for each in read_senders(connection) if each.source.name == name)


def _write(path: Path, rows: int) -> None:
    """The believable backlog of the other benchmarks, as a Moodle would have recorded it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(rows))


def _rows(rows: int) -> Iterator[Sequence[object]]:
    for number, event in enumerate(believable_events(rows), 1):
        name, component, action = _EVENTS.get(event.verb, _VIEWED)
        assert event.activity is not None
        assert event.occurred_at is not None
        user, course, module = (
            int(one.value.rpartition("-")[2]) + 2 for one in (event.person, event.course, event.activity)
        )
        yield (
            *(
                number,
                name,
                component,
                action,
                "thing",
                "things",
                module,
                "r",
                2,
                100 + module,
                70,
                100 * course + module,
            ),
            *(user, course, "", 0, "N;", int(event.occurred_at.timestamp()), "web", "192.0.2.1", ""),
        )


if __name__ == "__main__":
    sys.exit(main())
