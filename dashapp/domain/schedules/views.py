"""What people see of schedules and of what has been delivered to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import WITHDRAWABLE, CopyState, File, RunState, ScheduleState, Way


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who can be chosen as a recipient."""

    public_id: UUID
    name: str
    has_address: bool


@dataclass(frozen=True, slots=True)
class TargetView:
    """To whom and how. `address`: of a webhook or somebody without an account."""

    way: Way
    public_id: UUID
    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of a run."""

    public_id: UUID
    way: Way
    name: str
    state: CopyState
    trouble: str | None
    files: tuple[File, ...]
    can_be_sent: bool
    """Whether its files are still there."""
    withdrawn: bool = False
    """Whether somebody took it back."""

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether there is something to take back: a folder of the server is its reader's own."""
        return self.can_be_sent and self.state in WITHDRAWABLE and self.way is not Way.FOLDER


@dataclass(frozen=True, slots=True)
class RunView:
    """One run."""

    due_at: datetime
    state: RunState
    started_at: datetime | None
    finished_at: datetime | None
    asked_by: str | None
    """Name of who asked for it; None: it was due."""
    trouble: str | None
    copies: tuple[CopyView, ...]

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule with its last runs, the newest first."""

    public_id: UUID
    title: str
    author: str
    is_own: bool
    cron: str
    time_zone: str
    formats: tuple[ExportFormat, ...]
    state: ScheduleState
    next_at: datetime | None
    silent_since: datetime | None
    targets: tuple[TargetView, ...]
    runs: tuple[RunView, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """A copy in the list of what somebody has received."""

    public_id: UUID
    title: str
    as_of: datetime
    kept_until: datetime
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class LastRun:
    """What came of a schedule last. `unclear`: copies about which somebody has to decide."""

    state: RunState
    due_at: datetime
    trouble: str | None
    unclear: int


@dataclass(frozen=True, slots=True)
class ListedSchedule:
    """A schedule in the list of all."""

    public_id: UUID
    report_id: UUID | None
    """None where the reader may not open the report."""
    title: str
    author: str
    is_own: bool
    cron: str
    time_zone: str
    state: ScheduleState
    next_at: datetime | None
    silent_since: datetime | None
    recipients: int
    last: LastRun | None
