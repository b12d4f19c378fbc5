"""Files that are made from reports: what there is to choose from, and how the making of one stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashapp.domain.reports.periods import FIRST_YEAR, LAST_YEAR


class ExportFormat(StrEnum):
    """What a report becomes."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    PNG = "png"
    SVG = "svg"


EXTRACTABLE: Final = (ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.JSON, ExportFormat.PARQUET)
"""In which a large extract can be had."""


class ExtractTable(StrEnum):
    """Of what rows can be had in large numbers."""

    EVENTS = "events"
    """Raw events: who did what, when."""
    LEARNER_DAYS = "learner_days"
    """A row for each learner, course and day with activity."""
    COURSE_DAYS = "course_days"
    """A row for each course and day: figures of groups."""


class Extract(BaseModel):
    """Which rows, by local days of the organisation; both days inclusive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: ExtractTable
    first: date
    last: date
    courses: Annotated[tuple[UUID, ...], Field(max_length=500)] = ()
    """None: all that the reader may see."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not FIRST_YEAR <= self.first.year <= self.last.year <= LAST_YEAR or self.first > self.last:
            raise ValueError("the first day is after the last, or years are out of all reason")
        return self


class ExportState(StrEnum):
    """How a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN: Final = frozenset({ExportState.QUEUED, ExportState.RUNNING})


class Trouble(StrEnum):
    """Why a run failed."""

    SPACE = "space"
    """The disk is full."""
    FOLDER = "folder"
    """The service may not write there."""
    BROWSER = "browser"
    """Nothing on the machine draws pictures."""
    PICTURE = "picture"
    """A figure could not be drawn, twice."""
    CELL = "cell"
    """A text is longer than the format holds."""
    ROWS = "rows"
    """There are more rows than a document can hold."""
    RIGHTS = "rights"
    """Who asked may not see it any more, or it is gone."""
    STOPPED = "stopped"
    """Its process ended in the middle, again and again."""
    ERROR = "error"
    """An error of the service, which its log describes."""


@dataclass(frozen=True, slots=True)
class ExportRun:
    """One run, as who asked for it sees it."""

    public_id: UUID
    title: str
    form: ExportFormat
    state: ExportState
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    steps_done: int
    """Blocks, or thousands of rows of an extract."""
    steps: int | None
    name: str | None
    """Of the file."""
    bytes: int | None
    rows: int | None
    sha256: str | None
    trouble: Trouble | None
    expires_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in OPEN
