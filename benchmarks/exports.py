"""How fast files are made: `python -m benchmarks.exports [--rows 100000 1000000] [--charts 10]`.

Rows: events of one course, made by SQL in a PostgreSQL of its own, into each format, each in a process of its own whose
memory is measured; beside them `COPY … TO STDOUT` of the same statement into nothing. Documents: a chart as SVG by a
browser that is warm, a PDF of ten charts on ten pages, reports of two charts one after the other; beside them Typst
alone, and reports whose figures are drawn already.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as Signal
from typing import Final
from uuid import UUID, uuid4

import sqlalchemy as sa

from benchmarks.backlog import REPOSITORY
from benchmarks.exported_report import report_of
from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, database_from, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.queries.extracts import copy_csv, select_rows
from dashapp.data.store.export_runs import TakenRun
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.work_queues import Turn
from dashapp.domain.clock import system_clock
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.exports import EXTRACTABLE, ExportFormat, Extract, ExtractTable
from dashapp.domain.scope import AsOf
from dashapp.security.principals import Principals
from dashapp.settings import load_settings
from exports.beating import beating
from exports.extracting import ExtractMaker
from exports.making import make
from exports.pictures import Gallery, PictureForm, Pictures, Size

LEARNERS: Final = 2_000
SECONDS: Final = {
    (100_000, ExportFormat.CSV): 0.5,
    (100_000, ExportFormat.JSON): 1.0,
    (100_000, ExportFormat.XLSX): 4.0,
    (100_000, ExportFormat.PARQUET): 1.0,
    (1_000_000, ExportFormat.CSV): 3.0,
    (10_000_000, ExportFormat.CSV): 30.0,
}
"""What is promised."""
MEGABYTES: Final = 200
WARM_CHART, TEN_CHARTS, REPORTS, SHARED = 0.3, 5.0, 60.0, 300.0
FIRST: Final = date(2026, 3, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; how many promises are not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--charts", type=int, default=10, help="of the document; 0: no documents")
    parser.add_argument("--one", nargs=4, metavar=("FOLDER", "PERSON", "FORM", "ROWS"), help="only that, on these")
    options = parser.parse_args(arguments)
    if options.one is not None:
        return _one(*options.one)
    print(machine(), flush=True)
    failed = _documents(options.charts) if options.charts else 0
    with TemporaryDirectory(prefix="la-benchmark-") as folder:
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            for rows in options.rows:
                failed += _rows(database, Path(folder), rows)
        finally:
            database.close()
    return failed


# ------------------------------------------------------------------ rows


def _rows(database: Database, folder: Path, rows: int) -> int:
    person = _fill(database, f"rows-{rows}", rows)
    failed = 0
    for form in sorted(EXTRACTABLE):
        command = [sys.executable, "-m", "benchmarks.exports", "--one", str(folder), person, form.value, str(rows)]
        failed += subprocess.run(command, cwd=REPOSITORY, check=False).returncode
    return failed


def _fill(database: Database, name: str, rows: int) -> str:
    """A course with learners, a teacher and so many events, by SQL; gives the teacher's key."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, name, name.title(), "UTC")
    last = FIRST + timedelta(days=30)
    with closing_administration(database) as connection:
        connection.execute(sa.text("SET search_path = analytics"))
        connection.execute(sa.text("SELECT ensure_raw_partitions(:first, :last)"), {"first": FIRST, "last": last})
        values = {"organisation": int(organisation), "rows": rows, "learners": LEARNERS, "first": FIRST}
        for statement in _FILL:
            found = connection.execute(sa.text(statement), values)
            if found.returns_rows:
                values |= dict(found.mappings().one())
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("VACUUM ANALYZE raw_events"))
    return f"{int(organisation)}/{values['teacher_key']}"


def closing_administration(database: Database) -> "closing[sa.Connection]":
    """A connection that sees and writes everything: rows are made in bulk, past the transport."""
    assert database.server is not None
    return closing(sa.create_engine(database.server.admin_url(), poolclass=sa.NullPool).connect())


_FILL: Final = (
    "INSERT INTO courses (organisation_id, code, title, provisional)"
    " VALUES (:organisation, 'ALG 1', 'Algebra', false) RETURNING course_id AS course",
    "INSERT INTO activities (organisation_id, course_id, activity_type, title, provisional)"
    " VALUES (:organisation, :course, 'page', 'Reading, week 1', false) RETURNING activity_id AS activity",
    "INSERT INTO people (organisation_id, given_name, family_name, provisional)"
    " SELECT :organisation, 'Learner', n::text, false FROM generate_series(1, :learners) n",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
    " SELECT organisation_id, person_id, 'course', :course, 'learner', 'event' FROM people"
    " WHERE organisation_id = :organisation",
    "INSERT INTO people (organisation_id, given_name, family_name, provisional)"
    " VALUES (:organisation, 'Tess', 'Thorne', false)"
    " RETURNING person_id AS teacher, public_id AS teacher_key, person_id - :learners AS before",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
    " VALUES (:organisation, :teacher, 'course', :course, 'teacher', 'event')",
    "INSERT INTO raw_events (organisation_id, occurred_at, person_id, source_id, event_id, course_id, activity_id, day,"
    " minute, clicks, verb, received_at, body)"
    " SELECT :organisation, at, :before + n % :learners, 1, gen_random_uuid(), :course, :activity, at::date, 1, 1,"
    " 'viewed', at, '{}' FROM (SELECT n, CAST(:first AS timestamptz)"
    " + make_interval(secs => n % 2419200) AS at FROM generate_series(1, :rows) n) t",
)


def _one(folder: str, person: str, form: str, rows: str) -> int:
    """One format in this process, with COPY into nothing before and after; 1 where a promise is not kept."""
    settings = load_settings(data_dir=Path(folder), demo=False)
    with closing(database_from(settings)) as database:
        organisation, key = person.split("/")
        found = Principals(database, system_clock).of(OrganisationId(int(organisation)), PublicId(UUID(key)))
        assert found is not None
        extract = Extract(table=ExtractTable.EVENTS, first=FIRST, last=FIRST + timedelta(days=30))
        before = _copy(database, found, extract)
        memory = _memory(reset=True)
        turn = Turn(found.organisation_id, uuid4(), system_clock())
        run = TakenRun(turn, UUID(key), False, "", ExportFormat(form), None, extract.model_dump(mode="json"))
        began = time.perf_counter()
        with beating(lambda _steps: True, Signal()) as heart:
            made = ExtractMaker(database, system_clock).make(found, run, Path(folder) / f"made.{form}", heart)
        seconds = time.perf_counter() - began
        grown = _memory() - memory
        after = _copy(database, found, extract)
    promised = SECONDS.get((int(rows), ExportFormat(form)))
    kept = made.manifest.rows == int(rows) and grown <= MEGABYTES and (promised is None or seconds <= promised)
    print(
        f"{int(rows):,} rows as {form}: {seconds:.2f} s ({int(rows) / seconds:,.0f} rows/s, {made.bytes / 1e6:,.0f} MB,"
        f" memory + {grown:.0f} MB); promised: {promised or '-'} s, + {MEGABYTES} MB; yardstick (COPY of the same"
        f" into nothing) {before:.2f} and {after:.2f} s, ratio {seconds / min(before, after):.1f}:"
        f" {'kept' if kept else 'NOT KEPT'}",
        flush=True,
    )
    made.path.unlink()
    return 0 if kept else 1


def _memory(*, reset: bool = False) -> float:
    """The most that this process has held, in MB; from now on, where it is reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


class _Nothing:
    """Takes rows and forgets them."""

    def write(self, row: bytes) -> None:
        """Takes a row."""


def _copy(database: Database, principal: Principal, extract: Extract) -> float:
    with database.snapshot(DatabaseRole.JOBS, principal.organisation_id) as connection:
        selection = select_rows(connection, principal, extract, AsOf(datetime.now(UTC)))
        began = time.perf_counter()
        copy_csv(connection, selection.plain, _Nothing())
        return time.perf_counter() - began


# ------------------------------------------------------------------ documents


def _documents(charts: int) -> int:
    with TemporaryDirectory(prefix="la-benchmark-") as name, Pictures() as pictures:
        where = Path(name) / "made"

        def document(gallery: Gallery, first: int, of: int) -> None:
            make(report_of(first, of), ExportFormat.PDF, gallery, where, lambda _done, _all: None)

        cold, *warm = [_draw(pictures, number) for number in range(10)]
        gallery = Gallery(pictures)
        whole = _timed(lambda: document(gallery, 100, charts))
        again = _timed(lambda: document(gallery, 100, charts))
        fresh = sum(_timed(partial(document, Gallery(pictures), first, 2)) for first in range(1000, 1016, 2)) / 8
        shared = Gallery(pictures)
        document(shared, 2000, 2)
        drawn = sum(_timed(lambda: document(shared, 2000, 2)) for _recipient in range(40)) / 40
    return (
        _said("chart as SVG, warm", sorted(warm)[len(warm) // 2], WARM_CHART, f"cold {cold:.2f} s")
        + _said(f"PDF of {charts} charts on as many pages", whole, TEN_CHARTS, f"Typst alone {again:.2f} s")
        + _said("report of two charts", fresh, 60 / REPORTS, f"{60 / fresh:,.0f} a minute, promised {REPORTS:.0f}")
        + _said("the same, figures shared", drawn, 60 / SHARED, f"{60 / drawn:,.0f} a minute, promised {SHARED:.0f}")
    )


def _draw(pictures: Pictures, number: int) -> float:
    """Seconds that a figure takes which nobody has drawn yet."""
    content = report_of(number, 1)
    (block,) = content.report.questions()
    figure = content.draw(block, content.answer(block)).to_bytes()
    return _timed(lambda: pictures.picture(figure, PictureForm.SVG, Size(640, 260)))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _said(what: str, seconds: float, promised: float, beside: str) -> int:
    kept = seconds <= promised
    verdict = "kept" if kept else "NOT KEPT"
    print(f"{what}: {seconds:.2f} s, promised {promised:.2f} s ({beside}): {verdict}", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    os.environ.setdefault("DEMO", "false")
    sys.exit(main())
