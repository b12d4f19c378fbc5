"""Runs of a schedule and what comes of each copy: their states, how often something is tried, and which are made up.

The rule of missed runs: of those that came due while nothing ran, the last one is made up, however late; the ones
before it are written down as missed. What a paused schedule would have done is not missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from dashapp.domain.keys import PersonId
from dashapp.domain.reports.document import Report
from dashapp.domain.reports.exports import ExportFormat

LEASE: Final = timedelta(minutes=10)
"""A run of whose worker nobody has heard for so long has lost it. Each step of the work takes less, and asks anew."""
LONGEST_MAKING: Final = timedelta(minutes=8)
"""For the questions of one copy, and again for its files; what takes longer is given up, so that it is never the lease
that ends first."""
MOST_ATTEMPTS: Final = 4
"""Of making a run; each has its own lease."""
RETRIES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""How long after each try of a copy the next one follows; after the last one it has failed."""
AWAY: Final = timedelta(minutes=1)
"""So long a copy waits whose mail server is away."""
LONGEST_WAIT: Final = timedelta(days=2)
"""For a mail server that is away."""
GIVEN_UP: Final = timedelta(minutes=10)
"""A copy that is so long being sent is in nobody's hand any more."""
LOOKED_BACK: Final = timedelta(days=31)
"""What was missed longer ago is not written down one by one."""
OVERDUE_AFTER: Final = timedelta(hours=2)
"""A schedule that has not delivered so long after it was due is one to alert about."""
FILES_KEPT: Final = timedelta(days=14)
"""So long copies can be downloaded, and links of mails lead to them."""


AUTHOR: Final = "author"
"""The trouble of a run whose schedule belongs to nobody any more who may have reports."""


class RunState(StrEnum):
    """Of a run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    """Every copy has arrived."""
    PARTLY = "partly"
    """Some have not, or nobody knows."""
    FAILED = "failed"
    MISSED = "missed"
    """It came due while nothing ran, and a later one was made up."""

    @property
    def open(self) -> bool:
        """Whether something still happens to it."""
        return self in (RunState.WAITING, RunState.RUNNING)


class CopyState(StrEnum):
    """Of the copy for one recipient."""

    WAITING = "waiting"
    SENDING = "sending"
    """Written before anybody is told; who finds it long after does not know whether it arrived."""
    SENT = "sent"
    UNCERTAIN = "uncertain"
    """The connection, or the process, ended before the answer: a person decides whether it is sent again."""
    FAILED = "failed"
    NO_ACCESS = "no_access"
    """The recipient sees nothing of this any more, so no copy was made."""
    NO_ADDRESS = "no_address"
    HELD = "held"
    """A copy for somebody without an account: an administrator looks at it first."""

    @property
    def settled(self) -> bool:
        """Whether the run need not wait for it."""
        return self not in (CopyState.WAITING, CopyState.SENDING)


WITHDRAWABLE: Final = frozenset({CopyState.SENT, CopyState.UNCERTAIN, CopyState.FAILED, CopyState.NO_ADDRESS})
"""Copies whose files somebody may have, and of which nothing more happens by itself."""


class Way(StrEnum):
    """How a copy is delivered."""

    MAIL = "mail"
    DOWNLOAD = "download"
    """It stands in the recipient's list of received reports."""
    WEBHOOK = "webhook"
    FOLDER = "folder"
    STORE = "store"
    """The S3-compatible store of the organisation."""
    OUTSIDE = "outside"
    """A mail to somebody without an account: a frozen, suppressed copy that an administrator approves."""


TO_ACCOUNTS: Final = frozenset({Way.MAIL, Way.DOWNLOAD})
"""Ways to who has an account, and sees in a copy what that account may see. Others get what names nobody."""
PLACES: Final = frozenset({Way.FOLDER, Way.STORE})
"""Ways to where nobody is: they are called by themselves."""
FORMATS: Final = (
    *(ExportFormat.PDF, ExportFormat.HTML, ExportFormat.XLSX),
    *(ExportFormat.CSV, ExportFormat.JSON, ExportFormat.PARQUET),
)
"""In which formats copies are made. HTML is the body of the mail, with the charts inline."""


def silent_since(last: tuple[RunState, datetime] | None, next_at: datetime | None, now: datetime) -> datetime | None:
    """When a schedule was due that has not delivered; None where all is well. `last`: state and due time of its last
    run. What has failed is told at once, what hangs or was not even begun after `OVERDUE_AFTER`."""
    late = now - OVERDUE_AFTER
    if next_at is not None and next_at <= late:
        return next_at
    if last is None:
        return None
    state, due_at = last
    failed = state in (RunState.FAILED, RunState.PARTLY)
    return due_at if failed or (state.open and due_at <= late) else None


class Part(StrEnum):
    """What a file of a copy is in a mail."""

    ATTACHED = "attached"
    BODY = "body"
    """The body of the mail, in HTML."""
    PLAIN = "plain"
    """The same as plain text."""
    INLINE = "inline"
    """A picture in it; its name is its Content-ID."""


def outcome_of(copies: Sequence[CopyState]) -> RunState | None:
    """What a run has come to; None while a copy of it is not settled. Copies that are held have arrived as far as the
    run is concerned."""
    if not all(copy.settled for copy in copies):
        return None
    well = sum(copy in (CopyState.SENT, CopyState.HELD) for copy in copies)
    if well == len(copies) and copies:
        return RunState.DONE
    return RunState.PARTLY if well or CopyState.UNCERTAIN in copies else RunState.FAILED


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When what was tried so often is tried again; None: not any more."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None


@dataclass(frozen=True, slots=True)
class Target:
    """To whom and how. `person`: the account with whose rights the copy is made."""

    way: Way
    person: PersonId
    address: str | None = None
    """With WEBHOOK the URL, with OUTSIDE the mail address."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a copy."""

    name: str
    kind: str
    """Its media type."""
    bytes: int
    sha256: str
    rows: int = 0
    part: Part = Part.ATTACHED


def host_of(way: Way, address: str | None) -> str | None:
    """Where a copy leaves to, for the audit trail: of a webhook its host, since its path may hold a secret; of a mail
    to somebody without an account the domain, since the rest names a person. None where it does not leave."""
    if way is Way.WEBHOOK:
        return urlsplit(address or "").hostname
    return (address or "").rpartition("@")[2] if way is Way.OUTSIDE else None


class ScheduleState(StrEnum):
    """Of a schedule."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    """Somebody has taken it away; its runs are kept for their time."""


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """A schedule as it is saved."""

    report: Report
    report_id: UUID | None
    cron: str
    time_zone: str
    formats: tuple[ExportFormat, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A run in hand. `lease`: who holds it; every later write asks for it."""

    run_id: int
    public_id: UUID
    schedule_id: int
    due_at: datetime
    as_of: datetime
    lease: UUID
    attempts: int


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy of a run for one target."""

    delivery_id: int
    public_id: UUID
    way: Way
    person: PersonId
    address: str | None
    attempts: int
    copied_as: str | None
    files: tuple[File, ...]
    is_approved: bool
    """By an administrator, of a copy that was held."""
    is_resent: bool
    """By a person's word."""
    title: str | None = None
    """Of the report when the copy was made: what was approved has the title that was approved."""
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a copy; `again`: when it is tried again, with WAITING."""

    state: CopyState
    trouble: str = ""
    again: datetime | None = None
