"""Imports of history that administrators have asked for on a page, as the page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

MOST_FILES: Final = 100
"""Of one import."""


class HistoryKind(StrEnum):
    """What the files are."""

    MOODLE = "moodle"
    CANVAS = "canvas"
    CSV = "csv"
    STATEMENTS = "statements"


class ImportState(StrEnum):
    """How an import stands. `CHECKED`: read, nothing written, waits for somebody to say that it shall begin."""

    TO_CHECK = "to_check"
    CHECKING = "checking"
    CHECKED = "checked"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


WORKED_ON: Final = frozenset({ImportState.TO_CHECK, ImportState.CHECKING, ImportState.WAITING, ImportState.RUNNING})
"""What a job is at, or will be soon."""
OPEN: Final = WORKED_ON | {ImportState.CHECKED, ImportState.PAUSED}
"""What is not at its end."""


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file of an import: the key of its upload, and what its sender's machine called it."""

    key: UUID
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class HistoryWish:
    """What is to be brought in, and how its files are read."""

    source_id: int
    kind: HistoryKind
    files: Sequence[HistoryFile]
    options: Mapping[str, Any] = field(default_factory=dict)
    """`zone`, `until` (a day or an instant), `site`, `course`, `time_format`, `shard`, `people`, `encoding`; of a table
    `mapping`, as a mapping's file says it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How far an import is. `bytes_done` are of the files; everything else counts records and events."""

    bytes_done: int = 0
    rows: int = 0
    new: int = 0
    seen: int = 0
    refused: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class HistoryImport:
    """One import."""

    public_id: UUID
    source_name: str
    kind: HistoryKind
    files: Sequence[HistoryFile]
    options: Mapping[str, Any]
    state: ImportState
    requested_at: datetime
    requested_by: str
    begun_at: datetime | None
    """When the present run of the job began."""
    begun_bytes: int
    """Where it began: what was done then."""
    beat_at: datetime | None
    finished_at: datetime | None
    figures: Figures
    found: Mapping[str, Any] | None
    """What the check has found: `kinds`, `months`, `people`, `courses`, `first`, `last`, `left_out`, `unknown`,
    `problem_count`, `remarks`."""
    problems: Sequence[Mapping[str, Any]]
    """The first records that could not be taken: `file`, `line`, `column`, `reason`."""
    trouble: str | None
    """Why it failed: a sentence about the files, or a word."""

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(one.bytes for one in self.files)

    @property
    def worked_on(self) -> bool:
        """Whether a job is at it, or will be soon."""
        return self.state in WORKED_ON

    def seconds_left(self, now: datetime) -> float | None:
        """By the pace of the present run; None before anything can be told."""
        done = self.figures.bytes_done - self.begun_bytes
        if self.begun_at is None or done <= 0 or not self.worked_on:
            return None
        return max(0.0, (self.bytes - self.figures.bytes_done) * (now - self.begun_at).total_seconds() / done)


@dataclass(frozen=True, slots=True)
class HistoryView:
    """What the page shows."""

    senders: Sequence[tuple[int, str]]
    """Those that are switched on: key and name."""
    imports: Sequence[HistoryImport]
    zone: str
