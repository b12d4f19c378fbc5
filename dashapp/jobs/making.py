"""How a copy of a report is made for one recipient, with that recipient's own rights; those with equal figures share
one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree
from threading import Event as Signal
from threading import Thread
from typing import Final, Protocol, TypeVar
from uuid import UUID

from dashapp.data.received_files import ReceivedFiles
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import Report
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import LONGEST_MAKING, File
from dashapp.observability.logging import get_logger

log = get_logger(__name__)
T = TypeVar("T")

Watch = Callable[[int, int], None]
"""Is told how many of how many parts are done; raises MakingError where nobody waits for them any more."""

NAME_LENGTH: Final = 32
"""Characters of a digest that name the folder of a copy."""


class MakingError(AnalyticsError):
    """A copy cannot be made; `trouble` is a word for the page: error, too_long, full, browser, unavailable, rows or
    nothing. `is_final`: another try would fail for the same reason."""

    def __init__(self, trouble: str, *, is_final: bool = False) -> None:
        super().__init__(f"The copy cannot be made: {trouble}.")
        self.trouble = trouble
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made: a report as of an instant, for one reader."""

    report: Report
    principal: Principal
    formats: tuple[ExportFormat, ...]
    as_of: datetime


class Prepared(Protocol):
    """What a reader gets to see, before there are files."""

    @property
    def likeness(self) -> str:
        """A hexadecimal digest of everything that files are made of: equal for equal copies."""

    def write(self, folder: Path, watch: Watch) -> tuple[File, ...]:
        """Writes the files of the copy, whole, into a folder that is there; sizes and digests may be left empty.
        `watch` is told of every part. Raises MakingError, and OSError where the folder has gone."""


class Maker(Protocol):
    """Makes copies. Raises NotPermitted where the reader may not see such a report, MakingError, Unavailable."""

    def prepare(self, order: Order) -> Prepared:
        """Asks the questions of the report, with the rights of the reader."""


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """Where the copies of a run go."""

    files: ReceivedFiles
    organisation: UUID
    run: UUID


def prepared(maker: Maker, order: Order, longest: timedelta = LONGEST_MAKING) -> tuple[Prepared, str]:
    """What the reader sees, and the name of its folder. Raises NotPermitted, MakingError, Unavailable."""
    found = _within(longest, lambda _watch: maker.prepare(order))
    return found, found.likeness[:NAME_LENGTH]


def write_copy(
    what: Prepared, copied_as: str, place: CopyPlace, longest: timedelta = LONGEST_MAKING
) -> tuple[File, ...]:
    """Writes the files of a copy, all or none of them. Raises MakingError, Unavailable."""
    try:
        begun = place.files.begin(place.organisation, place.run)
        try:
            # What is left behind may write on for a moment after its folder was removed.
            made = _within(longest, lambda watch: what.write(begun, watch), lambda: rmtree(begun, ignore_errors=True))
            measured = tuple(_measured(begun, file) for file in made)
            place.files.finish(begun, copied_as)
        except BaseException:
            rmtree(begun, ignore_errors=True)
            raise
    except OSError as error:
        # Most of all a full disk: what is whole is left, nothing else.
        log.warning("schedules.not_written", error=error.strerror)
        raise MakingError("full") from error
    if not measured:
        raise MakingError("nothing")
    return measured


def _measured(folder: Path, file: File) -> File:
    path = folder / file.name
    with path.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    return replace(file, bytes=path.stat().st_size, sha256=digest)


def _within(longest: timedelta, work: Callable[[Watch], T], clear: Callable[[], None] = lambda: None) -> T:
    """What the work gives. It is left behind where it takes too long: no run hangs with what it waits for. From then on
    its watch ends it at its next step, and `clear` puts away what it has done meanwhile."""
    found: list[T] = []
    failed: list[BaseException] = []
    given_up = Signal()

    def watch(_done: int, _all: int) -> None:
        if given_up.is_set():
            raise MakingError("too_long")

    def do() -> None:
        try:
            found.append(work(watch))
        except BaseException as error:
            failed.append(error)
        if given_up.is_set():
            clear()

    thread = Thread(target=do, name="schedule-making", daemon=True)
    thread.start()
    thread.join(longest.total_seconds())
    if thread.is_alive():
        given_up.set()
        raise MakingError("too_long")
    if not failed:
        return found[0]
    if isinstance(failed[0], AnalyticsError | OSError):
        raise failed[0]
    log.error("schedules.making_failed", exc_info=failed[0])
    raise MakingError("error") from failed[0]
