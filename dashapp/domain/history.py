"""Imports of history that administrators have asked for on a page, as the page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import available_timezones

from dashapp.domain.errors import AnalyticsError

PEOPLE_BY: Final = ("id", "sis", "login")
"""By which name Canvas's live feed calls people."""
LONGEST: Final = 200
"""Characters of an option."""


class HistoryRefused(AnalyticsError):
    """It cannot be done; `why`: files, source, under_way, gone, zone, until, site, number, columns,
    options."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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


def checked_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were filled in. Raises HistoryRefused for those that cannot be."""
    said = {name: value for name, value in given.items() if value not in (None, "", {})}
    if any(not _is_plain(value) for name, value in said.items() if name != "mapping"):
        raise HistoryRefused("options")
    if said.get("people") not in (None, *PEOPLE_BY):
        raise HistoryRefused("options")
    if "zone" in said and said["zone"] not in available_timezones():
        raise HistoryRefused("zone")
    if "until" in said:
        _check_day(said["until"])
    if "site" in said and not _is_address(said["site"]):
        raise HistoryRefused("site")
    for name in ("course", "shard"):
        if name in said:
            said[name] = _whole(said[name])
    return said


def _is_plain(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= LONGEST and value.isprintable())


def _is_address(value: object) -> bool:
    try:
        site = urlsplit(str(value))
    except ValueError:
        return False
    return site.scheme in ("http", "https") and bool(site.netloc)


def _check_day(value: object) -> None:
    try:
        if not 1990 <= date.fromisoformat(str(value)).year <= 2200:
            raise HistoryRefused("until")
    except ValueError:
        raise HistoryRefused("until") from None


def _whole(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or not 0 < int(text) < 10**12:
        raise HistoryRefused("number")
    return int(text)


def mapping_of_columns(columns: Mapping[str, object], said: Mapping[str, str]) -> dict[str, Any]:
    """A choice of columns in the form of a mapping's file: `columns` by field, `said` holds verb, format, course_named
    and activity_type. Raises HistoryRefused where it is not whole."""
    chosen = {field: value for field, value in columns.items() if isinstance(value, str) and value}
    named = said["course_named"]
    if not chosen.keys() >= {"time", "person", "activity"} or not ("course" in chosen or named):
        raise HistoryRefused("columns")
    mapping: dict[str, Any] = {
        "type": {"constant": said["verb"]},
        "time": {"column": chosen["time"], **({"format": said["format"]} if said["format"] else {})},
        "actor": {"id": chosen["person"]},
        "course": {"id": chosen.get("course", {"constant": named})},
        "activity": {"id": chosen["activity"], "type": {"constant": said["activity_type"]}},
    }
    mapping.update({name: chosen[name] for name in ("score", "id") if name in chosen})
    return mapping
