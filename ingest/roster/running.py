"""Does what was asked for on the page of rosters: what a job does for each organisation. By the same functions as the
command, so that both come to the same.

Whoever does it says every few seconds that it is still at work. Where nothing is heard any more, the page says so:
what reads or writes a roster is one transaction, so whoever is killed half-way has changed nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.rosters.applying import Busy, Conflicts, PlanChanged, TooManyEndings
from dashapp.data.store.rosters.runs import (
    Ended,
    drop_old_rows,
    drop_rows,
    end_run,
    note_beat,
    put_back,
    take_run,
    write_rows,
)
from dashapp.data.store.rosters.sources import roster_senders
from dashapp.data.store.rosters.undoing import undo
from dashapp.data.store.uploads import find_uploads, keep_uploads, remove_uploads
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.audit import Actor, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.domain.roster_changes import Change, Conflict, Differences
from dashapp.domain.roster_checks import Finding
from dashapp.domain.roster_runs import (
    MOST_SHOWN,
    CheckedFile,
    RosterRun,
    RowPart,
    RunReport,
    RunRow,
    RunState,
    RunTask,
    RunTrouble,
)
from dashapp.domain.rosters import RosterError, RosterSource
from dashapp.domain.uploads import KEPT, Purpose, Upload, file_name
from dashapp.ending import Stopping
from dashapp.observability.logging import get_logger
from ingest.roster.importing import Importer, Outcome, Reporter, Wishes

log = get_logger(__name__)

BEAT_SECONDS: Final = 5.0
_TROUBLES: Final = {
    PlanChanged: RunTrouble.CHANGED,
    TooManyEndings: RunTrouble.ENDINGS,
    Conflicts: RunTrouble.CONFLICTS,
    Busy: RunTrouble.BUSY,
}


class _EndingError(Exception):
    """The process ends."""


class _NotWantedError(Exception):
    """It has been cancelled."""


@dataclass(slots=True)
class _Beating:
    """Tells how far a run is, from a thread of its own: the work itself may be in one long statement."""

    database: Database
    organisation: OrganisationId
    run: RosterRun
    stopping: Stopping
    step: str = "begun"
    rows: int = 0
    _wanted: bool = True
    _over: Event = field(default_factory=Event)

    @contextmanager
    def going(self) -> Iterator[None]:
        """Tells it for as long as the block runs."""
        thread = Thread(target=self._tell, name="roster-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def advance(self, rows: int) -> None:
        """So many more rows have been read. Raises what ends the work where it is to end."""
        self.rows += rows
        self.check()

    def begin(self, step: str) -> None:
        """The next step. Raises what ends the work, which then has changed nothing."""
        self.step = step
        self.check()

    def check(self) -> None:
        """Raises what ends the work where it is to end."""
        if self.stopping.is_set():
            raise _EndingError
        if not self._wanted:
            raise _NotWantedError

    def _tell(self) -> None:
        while True:
            try:
                with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
                    self._wanted = note_beat(connection, self.run, self.organisation, (self.step, self.rows))
            except Unavailable:
                log.warning("roster.beat_not_told", organisation_id=self.organisation)
            if self._over.wait(BEAT_SECONDS):
                return


@dataclass(frozen=True, slots=True)
class RosterRuns:
    """Does the work for one installation. Two processes that do it at once each take another run."""

    database: Database
    folder: UploadFolder
    clock: Clock

    def serve(self, organisation: OrganisationId, stopping: Stopping) -> None:
        """Does what waits in an organisation. Raises Unavailable, and NotFound where the organisation is gone."""
        while not stopping.is_set():
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                drop_old_rows(connection, organisation, self.clock())
                run = take_run(connection, organisation, self.clock())
            if run is None:
                return
            self._do(organisation, run, stopping)

    def _do(self, organisation: OrganisationId, run: RosterRun, stopping: Stopping) -> None:
        beating = _Beating(self.database, organisation, run, stopping)
        try:
            with beating.going():
                ended = self._ended(organisation, run, beating)
        except _EndingError:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                put_back(connection, organisation, run)
            return
        except _NotWantedError:
            log.info("roster.run_cancelled", organisation_id=organisation, run=str(run.key))
            return
        except Unavailable:
            raise
        except Exception as error:
            # Nobody has thought of it. Others' rosters go on, and the page says that it was stopped. The words of an
            # error may hold what files say, so only its kind is logged.
            log.error("roster.run_failed", organisation_id=organisation, run=str(run.key), error=type(error).__name__)
            ended = Ended(RunState.FAILED, trouble=RunTrouble.STOPPED)
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            end_run(connection, organisation, run, ended)
        log.info("roster.run_ended", organisation_id=organisation, run=str(run.key), state=ended.state.value)

    def _ended(self, organisation: OrganisationId, run: RosterRun, beating: _Beating) -> Ended:
        try:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                source = next(
                    (each for each in roster_senders(connection, organisation) if each.source_id == run.source_id), None
                )
            if source is None:
                raise RosterError("The sender has been switched off, or may not speak of people any more.")
            if run.task is RunTask.UNDO:
                return self._undo(organisation, source, run)
            with self._files(organisation, run) as path:
                if path is None:
                    return Ended(RunState.FAILED, trouble=RunTrouble.GONE)
                importer = Importer(
                    self.database, organisation, source, Reporter(beating.advance, beating.begin), MOST_SHOWN
                )
                if run.task is RunTask.CHECK:
                    return self._check(importer, path, run, beating)
                return self._apply(importer, path, run)
        except RosterError as error:
            trouble = _TROUBLES.get(type(error), RunTrouble.FILES)
            return Ended(RunState.FAILED, trouble=trouble, detail=str(error) if trouble is RunTrouble.FILES else "")

    def _check(self, importer: Importer, path: Path, run: RosterRun, beating: _Beating) -> Ended:
        beating.begin("read")
        outcome = importer.plan(path, _wishes(run))
        beating.begin("written")
        report = _report(outcome, importer.source)
        with self.database.transaction(DatabaseRole.JOBS, importer.organisation) as connection:
            write_rows(connection, importer.organisation, run.run_id, _rows(outcome))
        return Ended(RunState.DONE, report)

    def _apply(self, importer: Importer, path: Path, run: RosterRun) -> Ended:
        outcome = importer.apply(path, _wishes(run))
        if outcome.applied is None:
            return Ended(RunState.FAILED, _report(outcome, importer.source), trouble=RunTrouble.ERRORS)
        with self.database.transaction(DatabaseRole.JOBS, importer.organisation) as connection:
            # Nobody needs the names of before any more, nor the files.
            drop_rows(connection, importer.organisation, run.run_id)
            remove_uploads(connection, importer.organisation, [each.key for each in run.files])
        return Ended(RunState.DONE, import_id=outcome.applied.import_id)

    def _undo(self, organisation: OrganisationId, source: RosterSource, run: RosterRun) -> Ended:
        try:
            done = undo(self.database, organisation, source, _actor(run), _began(run))
        except Busy:
            raise
        except RosterError:
            return Ended(RunState.FAILED, trouble=RunTrouble.NOTHING)
        return Ended(RunState.DONE, import_id=done.import_id)

    @contextmanager
    def _files(self, organisation: OrganisationId, run: RosterRun) -> Iterator[Path | None]:
        """The files under the names that their sender gave them: one, or a folder of several. None: they are gone."""
        keys = [each.key for each in run.files]
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            keep_uploads(connection, organisation, keys, self.clock() + KEPT)
            found = find_uploads(connection, organisation, keys, Purpose.ROSTER)
        public_id = own_address(self.database, organisation)
        paths = [self.folder.file(public_id, each.key).resolve() for each in found]
        if not found or len(found) != len(keys) or not all(path.is_file() for path in paths):
            yield None
            return
        with TemporaryDirectory(prefix="roster-") as folder:
            yield _linked(Path(folder), found, paths)


def _linked(folder: Path, found: Sequence[Upload], paths: Sequence[Path]) -> Path:
    names = [file_name(each.name) for each in found]
    if len({name.casefold() for name in names}) != len(names):
        raise RosterError("Two of the files have the same name.")
    if len(names) > 1 and any(not name.lower().endswith(".csv") for name in names):
        raise RosterError("Either one zip file, or CSV files: not both.")
    for name, path in zip(names, paths, strict=True):
        (folder / name).symlink_to(path)
    return folder if len(names) > 1 else folder / names[0]


def _began(run: RosterRun) -> datetime:
    assert run.started_at is not None
    return run.started_at.astimezone(UTC)


def _actor(run: RosterRun) -> Actor:
    return Actor(run.by, ViewerRole.ADMINISTRATOR)


def _wishes(run: RosterRun) -> Wishes:
    """The moment and the actor of the import are those of the run: by these it is found again, however this ends."""
    fingerprint = run.report.fingerprint if run.task is RunTask.APPLY and run.report is not None else None
    return Wishes(_actor(run), _began(run), fingerprint, run.accept_endings, run.accept_conflicts)


def _report(outcome: Outcome, source: RosterSource) -> RunReport:
    reading, found = outcome.reading, outcome.differences
    files = tuple(CheckedFile(each.name, each.rows, each.encoding) for each in reading.files)
    known = {
        "files": files,
        "heads": reading.heads[:500],
        "columns": dict(reading.columns),
        "left_out": dict(reading.roster.left_out),
        "findings": reading.findings.summary(),
        "stops": reading.findings.stop,
    }
    if found is None:
        return RunReport(**known)  # type: ignore[arg-type]  # by their names
    return RunReport(
        **known,  # type: ignore[arg-type]  # by their names
        counts={thing.value: each for thing, each in found.counts.items()},
        conflicts=len(found.conflicts),
        joins=found.joins,
        described_otherwise=found.described_otherwise,
        granted=found.granted,
        ending=found.ending,
        ends_too_much=found.ends_too_much(source.settings.most_ended),
        fingerprint=found.fingerprint,
    )


def _rows(outcome: Outcome) -> list[tuple[RowPart, list[RunRow]]]:
    rows = [(RowPart.FINDING, [_finding(each) for each in _errors_first(outcome.reading.findings.kept)])]
    found: Differences | None = outcome.differences
    if found is not None:
        rows += [
            (RowPart.ADDED, [_change(each) for each in found.added]),
            (RowPart.CHANGED, [_change(each) for each in found.changed]),
            (RowPart.ENDED, [_change(each) for each in found.ended]),
            (RowPart.CONFLICT, [_conflict(each) for each in found.conflicts[:MOST_SHOWN]]),
        ]
    return rows


def _errors_first(found: Sequence[Finding]) -> list[Finding]:
    return sorted(found, key=lambda one: not one.reason.stops)


def _finding(one: Finding) -> RunRow:
    return RunRow(
        "error" if one.reason.stops else "warning",
        one.file,
        kind=one.reason.value,
        line=one.line,
        column=one.column or "",
        value=one.value,
    )


def _change(one: Change) -> RunRow:
    return RunRow(one.thing.value, one.name, one.title, one.what)


def _conflict(one: Conflict) -> RunRow:
    return RunRow("", one.name, kind=one.kind.value, value=one.known_as)
