"""How fast scheduled reports go out: `python -m benchmarks.schedules [--recipients 40] [--own 20]`.

Reports of two charts as PDF and in the mail, made and handed to a mail server on this machine by the job of schedules,
with all that it writes down: once for recipients who share their figures, once for recipients of whom each has others.
Reading the figures is not among it (`benchmarks.answers`). Beside them the same mails, sent by the library alone.
"""

import argparse
import smtplib
import socketserver
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Thread
from typing import Final, cast
from uuid import uuid4

import sqlalchemy as sa

from benchmarks.exported_report import report_of
from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.organisations import create_organisation
from dashapp.data.store.schedules import add_schedule, ask_now
from dashapp.domain.clock import system_clock
from dashapp.domain.keys import PersonId
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import NewSchedule, Target, Way
from dashapp.jobs.making import Order
from dashapp.jobs.report_copies import ReadCopy
from dashapp.jobs.schedules import Schedules
from dashapp.settings import Settings, load_settings
from exports.documents.html import unwatched
from exports.pictures import Gallery, Pictures

CHARTS: Final = 2
FORMATS: Final = (ExportFormat.PDF, ExportFormat.HTML)
OWN, SHARED = 60.0, 300.0
"""Copies a minute, as promised."""


class _Handler(socketserver.StreamRequestHandler):
    """Takes every mail."""

    def handle(self) -> None:
        sink = cast("_Sink", self.server)
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                whole = bytearray()
                while (row := self.rfile.readline()) != b".\r\n":
                    whole += row
                sink.mails.append(bytes(whole))
            if line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


class _Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Handler)


@contextmanager
def _mail_server() -> Iterator[_Sink]:
    with _Sink() as sink:
        Thread(target=sink.serve_forever, daemon=True).start()
        yield sink
        sink.shutdown()


@dataclass
class _Maker:
    """Figures of readers without asking for them: `seed_of` says which; equal seeds are equal figures."""

    gallery: Gallery
    seed_of: Callable[[PersonId], int]
    copies: list[int] = field(default_factory=list)

    def prepare(self, order: Order) -> ReadCopy:
        """As `dashapp.jobs.making.Maker`."""
        seed = self.seed_of(order.principal.person_id)
        self.copies.append(seed)
        return ReadCopy(report_of(seed * CHARTS, CHARTS), order.formats, self.gallery)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; how many promises are not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.schedules", description=__doc__)
    parser.add_argument("--recipients", type=int, default=40, help="who share their figures")
    parser.add_argument("--own", type=int, default=20, help="of whom each has others")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    with TemporaryDirectory(prefix="la-benchmark-") as folder, Pictures() as pictures, _mail_server() as sink:
        # Chromium is warm, as it is between the rounds of the job.
        warm = report_of(999_998, CHARTS)
        ReadCopy(warm, FORMATS, Gallery(pictures)).write(_made(Path(folder) / "warm"), unwatched)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            run = _Run(database, _settings(Path(folder), sink), sink, pictures)
            failed = run.of("share their figures", options.recipients, lambda _person: 1, SHARED)
            return failed + run.of("have figures of their own", options.own, lambda person: 100 + person, OWN)
        finally:
            database.close()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _settings(folder: Path, sink: _Sink) -> Settings:
    mail = {"smtp_host": "127.0.0.1", "smtp_port": sink.server_address[1], "smtp_from": "analytics@example.edu"}
    return load_settings(_env_file=None, demo=False, data_dir=folder / "var", smtp_security="none", **mail)


@dataclass
class _Run:
    database: Database
    settings: Settings
    sink: _Sink
    pictures: Pictures

    def of(self, words: str, many: int, seed_of: Callable[[PersonId], int], promised: float) -> int:
        """One run for so many recipients; 1 where it is slower than promised."""
        self._fill(many)
        maker = _Maker(Gallery(self.pictures), seed_of)
        self.sink.mails.clear()
        began = time.perf_counter()
        Schedules(self.settings, self.database, maker, system_clock).run(Signal())
        took = time.perf_counter() - began
        if len(self.sink.mails) != many:
            print(f"  {words}: only {len(self.sink.mails)} of {many} mails have come")
            return 1
        beside = self._alone(list(self.sink.mails))
        rate, drawn = 60 * many / took, len(set(maker.copies))
        size = sum(map(len, self.sink.mails)) / len(self.sink.mails) / 1000
        verdict = "kept" if rate >= promised else "NOT KEPT"
        print(
            f"  {many} recipients who {words}: {rate:,.0f} copies a minute ({took:.1f} s, drawn for {drawn},"
            f" {size:,.0f} kB a mail); the same mails by the library alone: {60 * many / beside:,.0f} a minute;"
            f" promised {promised:,.0f}: {verdict}",
            flush=True,
        )
        return 0 if rate >= promised else 1

    def _fill(self, many: int) -> None:
        name = f"school-{uuid4().hex[:6]}"
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation = create_organisation(connection, name, name.title(), "UTC")
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            rows = connection.execute(
                sa.text(
                    "INSERT INTO people (organisation_id, given_name, family_name, email, provisional)"
                    " SELECT :organisation, 'Teacher', n::text, 'teacher-' || n || '@example.edu', false"
                    " FROM generate_series(1, :many) n RETURNING person_id"
                ),
                {"organisation": int(organisation), "many": many},
            ).scalars()
            people = [PersonId(key) for key in rows]
            targets = tuple(Target(Way.MAIL, person) for person in people)
            new = NewSchedule(report_of(0, CHARTS).report, None, "0 7 * * 1", "UTC", FORMATS, targets)
            schedule = add_schedule(connection, organisation, people[0], new, system_clock())
            ask_now(connection, organisation, schedule, people[0], system_clock())

    def _alone(self, mails: Sequence[bytes]) -> float:
        """Seconds that the library needs to hand over mails that are written already."""
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", self.settings.smtp_port) as server:
            for mail in mails:
                server.sendmail("analytics@example.edu", ["somebody@example.edu"], mail)
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
