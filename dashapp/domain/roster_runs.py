"""Work on rosters that somebody has asked for on a page, and that a job does: a check, taking in, taking back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from dashapp.domain.keys import SourceId

PAGE_ROWS: Final = 50
MOST_SHOWN: Final = 2_000
"""Differences of one thing and one kind that a page can turn to; the counts are of all."""


class RunTask(StrEnum):
    """What is to be done."""

    CHECK = "check"
    """Read the files, say what is wrong, and what they would change."""
    APPLY = "apply"
    UNDO = "undo"


class RunState(StrEnum):
    """How it stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunTrouble(StrEnum):
    """Why it could not be done; then nothing has changed."""

    STOPPED = "stopped"
    """Whoever did it was ended half-way."""
    CHANGED = "changed"
    """What would be changed is not what was looked at."""
    ENDINGS = "endings"
    CONFLICTS = "conflicts"
    BUSY = "busy"
    ERRORS = "errors"
    """The files have errors."""
    FILES = "files"
    """The files cannot be read at all; a sentence says why."""
    GONE = "gone"
    """The files are not kept any more."""
    NOTHING = "nothing"
    """There is no import to take back."""


class RowPart(StrEnum):
    """What a check has written down row by row."""

    FINDING = "finding"
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    CONFLICT = "conflict"


class CheckedFile(msgspec.Struct, frozen=True):
    """A file as it was read."""

    name: str
    rows: int
    encoding: str


class RunReport(msgspec.Struct, frozen=True):
    """What a check has found, in figures: no name of anybody. `counts`: thing → added, changed, ended; empty where the
    files have errors. `heads`: the columns of plain CSV, `columns`: our field → the one it was read from."""

    files: tuple[CheckedFile, ...] = ()
    heads: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    left_out: dict[str, int] = {}
    findings: dict[str, int] = {}
    stops: bool = False
    counts: dict[str, tuple[int, int, int]] = {}
    conflicts: int = 0
    joins: int = 0
    described_otherwise: int = 0
    granted: int = 0
    ending: int = 0
    ends_too_much: bool = False
    fingerprint: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not any(any(each) for each in self.counts.values())


class RunFile(msgspec.Struct, frozen=True):
    """A file that was sent for it."""

    key: UUID
    name: str


@dataclass(frozen=True, slots=True)
class RosterRun:
    """One piece of work. `by`: the public id of who asked for it; `import_id`: what has come of it."""

    run_id: int
    key: UUID
    source_id: SourceId
    task: RunTask
    state: RunState
    by: str
    asked_at: datetime
    started_at: datetime | None
    beat_at: datetime | None
    step: str
    rows: int
    files: tuple[RunFile, ...]
    report: RunReport | None
    accept_endings: bool
    accept_conflicts: bool
    import_id: int | None
    trouble: RunTrouble | None
    detail: str

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (RunState.WAITING, RunState.RUNNING)

    @property
    def can_be_applied(self) -> bool:
        """Whether somebody may say that it is to be taken in: checked without errors, or tried and nothing changed."""
        if self.report is None or self.report.stops or self.report.empty:
            return False
        return (self.task, self.state) in ((RunTask.CHECK, RunState.DONE), (RunTask.APPLY, RunState.FAILED))

    @property
    def can_be_checked(self) -> bool:
        """Whether the same files may be checked once more."""
        return bool(self.files) and not self.open and (self.task, self.state) != (RunTask.APPLY, RunState.DONE)


class RunRow(msgspec.Struct, frozen=True):
    """A finding, a difference or a conflict. `thing`: what it is of, or of a finding `error` or `warning`."""

    thing: str
    name: str
    title: str = ""
    what: tuple[tuple[str, str, str], ...] = ()
    """(field, before, after)"""
    kind: str = ""
    """Of a finding its reason, of a conflict its kind."""
    line: int | None = None
    column: str = ""
    value: str = ""
