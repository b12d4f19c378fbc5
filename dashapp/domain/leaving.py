"""How an organisation leaves, as its page shows it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

GRACE: Final = timedelta(days=7)
"""From the request of a deletion on a page to its beginning: it can be cancelled meanwhile."""


class ExportState(StrEnum):
    """How an export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Export:
    """One export of everything."""

    public_id: UUID
    state: ExportState
    requested_at: datetime
    finished_at: datetime | None
    table_name: str | None
    """What is being written."""
    rows_done: int
    rows_expected: int | None
    bytes: int | None
    sha256: str | None
    trouble: str | None
    expires_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it waits or is being written."""
        return self.state in (ExportState.WAITING, ExportState.RUNNING)


@dataclass(frozen=True, slots=True)
class TableFigures:
    """How much there is of a table. `size`: bytes as an export writes them, before it packs them; about."""

    name: str
    rows: int
    exact: bool
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """What an organisation consists of, with the first and the last local day with learning."""

    people: int
    courses: int
    senders: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class LeavingView:
    """The page."""

    name: str
    """The short name, which a deletion asks for."""
    title: str
    zone: str
    extent: Extent
    tables: tuple[TableFigures, ...]
    """Those with rows, the largest first."""
    exports: tuple[Export, ...]
    due_at: datetime | None
    """When the deletion begins that was asked for; None: none was."""
    running: bool
    """Whether it is under way."""
