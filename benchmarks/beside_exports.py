"""What the pages' data rounds cost while files of reports are being made: `python -m benchmarks.beside_exports`.

The rounds of `benchmarks.dashboards`, one after the other over one connection, first alone, which is the yardstick, and
then while so many exports are under way or wait: reports of ten charts as PDF, the same as XLSX, and the rows of all
events as CSV, made on the same two cores by `python -m dashapp.jobs`, or with `--together` by the jobs of the web
process. What has been made is asked for again at once, so that they are always as many. Every question anew is asked
once.
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from threading import Event as Signal
from threading import Thread
from typing import Final

from sqlalchemy import Connection

from benchmarks.answers import report
from benchmarks.dashboards import Load, Outcome, asking_for, drive, processes_on
from benchmarks.machine import machine
from benchmarks.sites import REPOSITORY, DemoSite, demo_site
from dashapp.data.database import DatabaseRole
from dashapp.data.store.export_runs import ask_for_export, ask_for_extract, list_runs
from dashapp.domain.clock import system_clock
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import Report
from dashapp.domain.reports.exports import ExportFormat, ExportRun, ExportState, Extract, ExtractTable
from dashapp.domain.reports.periods import Fixed
from dashapp.security.principals import Principals

ANEW, KEPT = 0.3, 0.03
"""Seconds at p95."""
OPEN: Final = frozenset({ExportState.QUEUED, ExportState.RUNNING})
LOOK: Final = 0.2
"""Seconds between two looks at how many are under way."""
KEPT_LOADS: Final = frozenset({"kept: the three in turn"})
COMPARED: Final = {"computed anew: learner's pages", "computed anew: classroom", *KEPT_LOADS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where a page is slower than it may be, or no export was made meanwhile."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside_exports", description=__doc__)
    parser.add_argument("--exports", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--together", action="store_true", help="let a web process run the jobs")
    chosen = parser.parse_args(arguments)
    print(machine())
    failed = 0
    with demo_site() as site, asking_for(site) as loads, _serving(site, together=chosen.together) as ports:
        for load in loads:
            if load.what in COMPARED:
                failed += _compare(site, load, ports, chosen)
    return int(failed > 0)


@contextmanager
def _serving(site: DemoSite, *, together: bool) -> Iterator[list[int]]:
    jobs = [sys.executable, "-m", "dashapp.jobs"]
    with processes_on(site.settings, 1, JOBS_THREAD=str(together).lower()) as ports, ExitStack() as stack:
        if not together:
            environment = {**os.environ, "DATA_DIR": str(site.settings.data_dir)}
            process = stack.enter_context(subprocess.Popen(jobs, cwd=REPOSITORY, env=environment))
            stack.callback(process.terminate)
        yield ports


def _compare(site: DemoSite, load: Load, ports: Sequence[int], chosen: argparse.Namespace) -> int:
    """One kind of question without and with exports; 1 where it is slower than it may be."""
    anew, third = load.what not in KEPT_LOADS, len(load.requests) // 3
    first, second = (load.requests[:third], load.requests[third:]) if anew else (load.requests, load.requests)
    if not anew:
        asyncio.run(drive(load, 1.0, 1, ports))

    def measure(requests: Sequence[bytes]) -> Outcome:
        return asyncio.run(drive(replace(load, requests=requests), chosen.seconds, 1, ports, once=anew))

    before = measure(first)
    with _exporting(site, chosen.exports) as made:
        return _tell(load.what, before, measure(second), made)


def _tell(what: str, alone: Outcome, beside: Outcome, made: Collection[str]) -> int:
    most = KEPT if what in KEPT_LOADS else ANEW
    met = _p95(beside) <= most and len(made) > 0
    print(
        f"{what:<34} p95 {_p95(beside) * 1000:>6.1f} ms while {len(made)} files were made (aim {most * 1000:.0f} ms),"
        f" alone {_p95(alone) * 1000:.1f} ms: {'met' if met else 'NOT MET'}",
        flush=True,
    )
    return int(not met)


def _p95(outcome: Outcome) -> float:
    return sorted(outcome.taken)[int(0.95 * len(outcome.taken))]


@contextmanager
def _exporting(site: DemoSite, number: int) -> Iterator[set[str]]:
    """So many exports under way or waiting at any time; which of them have been made so far."""
    found = site.somebody("teacher")
    principal = Principals(site.database, system_clock).of(found.organisation_id, found.public_id)
    if principal is None:
        raise SystemExit("The demo campus has no teacher.")
    asked, made, over = _asked(system_clock().date()), set[str](), Signal()
    earlier = {str(run.public_id) for run in _runs(site, principal)}

    def keep_asking() -> None:
        while not over.is_set():
            runs = [run for run in _runs(site, principal) if str(run.public_id) not in earlier]
            made.update(str(run.public_id) for run in runs if run.state is ExportState.DONE)
            if failed := [run for run in runs if run.state is ExportState.FAILED]:
                raise SystemExit(f"An export failed: {failed[0]}")
            missing = number - sum(run.state in OPEN for run in runs)
            with site.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
                for _each in range(missing):
                    _ask(connection, principal, next(asked))
            over.wait(LOOK)

    thread = Thread(target=keep_asking, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        over.set()
        thread.join()


def _runs(site: DemoSite, principal: Principal) -> Sequence[ExportRun]:
    with site.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
        return list_runs(connection, principal.organisation_id, principal.person_id)


def _asked(today: date) -> Iterator[tuple[ExportFormat, Report | Extract]]:
    period = Fixed(first=today - timedelta(weeks=13), last=today)
    document = report(period, by_name=False)
    rows = Extract(table=ExtractTable.EVENTS, first=today - timedelta(days=365), last=today)
    return cycle([(ExportFormat.PDF, document), (ExportFormat.XLSX, document), (ExportFormat.CSV, rows)])


def _ask(connection: Connection, principal: Principal, wanted: tuple[ExportFormat, Report | Extract]) -> None:
    form, what = wanted
    if isinstance(what, Extract):
        ask_for_extract(connection, principal, ("All events", what), form, system_clock())
    else:
        ask_for_export(connection, principal, what, form, system_clock())


if __name__ == "__main__":
    sys.exit(main())
