"""A history into an organisation: checked or imported, and resumed where it was left."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event as Signal
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import organisation_public_id
from dashapp.domain.clock import Clock
from dashapp.domain.events import Event, Identifier, LearningEvent, Source
from dashapp.settings import Settings
from ingest.history import ways
from ingest.history.pace import Pace
from ingest.history.progress import Mark, ProgressFile
from ingest.history.recorded import History, Notes, Step
from ingest.history.sieve import Sieve, Wishes
from ingest.history.ways import BATCH_EVENTS, WHERE, Batch, Delivery, Refusal, Reporter, Road, Through

OLDEST_DAYS: Final = 36_500
"""The horizon of what is counted here: that of the formats, which is nearer."""
LOOK_EVERY: Final = 20_000
"""Records without events between two marks."""


@dataclass(slots=True)
class Tally(ways.Tally):
    """What has become of an import so far. `rows` are of this run; `bytes_read` are of the files, earlier runs too."""

    bytes_read: int = 0


@dataclass(slots=True)
class Found:
    """What a check has found: what would be counted, and of whom."""

    notes: Notes
    kinds: Counter[str] = field(default_factory=Counter)
    """Verb or type → events."""
    people: set[Identifier] = field(default_factory=set)
    courses: set[Identifier] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    months: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Year and month (UTC) → activity."""

    def add(self, event: Event) -> None:
        """Takes an event into account."""
        self.kinds[str(event.verb) if isinstance(event, LearningEvent) else type(event).__name__] += 1
        if (person := getattr(event, "person", None)) is not None:
            self.people.add(person)
        if (course := getattr(event, "course", None)) is not None:
            self.courses.add(course)
        at = event.occurred_at
        if isinstance(event, LearningEvent) and at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)
            self.months[at.year, at.month] += 1


@dataclass(frozen=True, slots=True)
class Importer:
    """One history into the organisation of one source. `stop` ends it after the batch in hand."""

    settings: Settings
    database: Database
    clock: Clock
    source: Source
    history: History
    notes: Notes
    stop: Signal = field(default_factory=Signal)

    def size(self) -> int:
        """Bytes of all files."""
        return sum(part.size for part in self.history.parts)

    def check(self, wishes: Wishes, reporter: Reporter) -> Found:
        """Reads everything and writes nothing. Raises FileError."""
        found, tally = Found(self.notes), Tally()
        for number, step in self._steps(None, wishes):
            for event in step.events:
                found.add(event)
            tally.rows += 1
            if tally.rows % BATCH_EVENTS == 0:
                tally.bytes_read = self._behind(number)
                reporter.advance(tally)
            if self.stop.is_set():
                return found
        tally.bytes_read, tally.finished = self.size(), True
        reporter.advance(tally)
        return found

    def done(self, wishes: Wishes) -> int:
        """Bytes of the files that earlier runs have brought to safety: of whole files only."""
        mark = self._progress(wishes).read()
        return 0 if mark is None else sum(part.size for part in self.history.parts[: int(mark.part)])

    def run(self, wishes: Wishes, reporter: Reporter) -> Tally:
        """Imports what is left. Raises FileError, Refusal and Unavailable; what was shown as done stays done."""
        tally, progress = Tally(), self._progress(wishes)
        retention = OLDEST_DAYS if wishes.through is Through.HERE else None
        road = Road(self.settings, self.database, self.clock, self.source, wishes.through, retention)
        for remark in (*self.history.remarks, self.history.again):
            reporter.say(remark)
        reporter.say(f"Events are {WHERE[wishes.through]}.")
        with progress.held():
            mark = progress.read()
            if mark is not None:
                reporter.say(self._going_on(mark))
            for batch in Delivery(road, tally, self.stop).deliver(self._batches(mark, wishes), reporter):
                mark, tally.bytes_read, tally.rows = batch.mark
                progress.write(mark)
                reporter.advance(tally)
            if not self.stop.is_set():
                progress.write(Mark(str(len(self.history.parts)), 0))
                tally.finished, tally.bytes_read = True, self.size()
                reporter.advance(tally)
        return tally

    def _sieve(self, wishes: Wishes) -> Sieve:
        return Sieve(self.settings, self.source.allowed, wishes, self.notes)

    def _going_on(self, mark: Mark) -> str:
        if int(mark.part) >= len(self.history.parts):
            return "An earlier run has brought everything in these files to safety."
        return f"Going on behind record {mark.position:,} of {self.history.parts[int(mark.part)].name}."

    def _progress(self, wishes: Wishes) -> ProgressFile:
        with self.database.transaction(DatabaseRole.WEB, self.source.organisation_id) as connection:
            public_id = organisation_public_id(connection, self.source.organisation_id)
        until = "" if wishes.until is None else f"-{wishes.until:%Y%m%dT%H%M%S}"
        name = f"{self.history.name}-{self.history.identity.hex()[:16]}-{public_id}-{self.source.source_id}"
        return ProgressFile(Path(self.settings.data_dir) / "imports", f"{name}-{wishes.through}{until}")

    def _behind(self, number: int) -> int:
        return sum(part.size for part in self.history.parts[:number]) + self.history.parts[number].behind()

    def _batches(self, done: Mark | None, wishes: Wishes) -> Iterator[Batch]:
        size = BATCH_EVENTS if wishes.speed is None else max(1, min(BATCH_EVENTS, wishes.speed))
        pace = Pace(wishes.speed, self.stop)
        events, bodies = list[Event](), list[bytes]()
        place: tuple[Mark, int, int] | None = None
        for rows, (number, step) in enumerate(self._steps(done, wishes), 1):
            events.extend(step.events)
            bodies.extend(step.bodies)
            place = Mark(str(number), step.position), self._behind(number), rows
            if len(events) >= size:
                if not pace.await_turn(len(events)):
                    return
                yield Batch(events, place, bodies)
                events, bodies = [], []
            elif rows % LOOK_EVERY == 0 and self.stop.is_set():
                return
        if events and place is not None and pace.await_turn(len(events)):
            yield Batch(events, place, bodies)

    def _steps(self, done: Mark | None, wishes: Wishes) -> Iterator[tuple[int, Step]]:
        """The number of the part, and what can be counted of its records, behind what is done."""
        sieve = self._sieve(wishes)
        for number, part in enumerate(self.history.parts):
            if done is not None and number < int(done.part):
                continue
            after = done.position if done is not None and number == int(done.part) else 0
            for step in part.steps(after, self.notes):
                yield number, sieve.sieved(part.name, step)


def strictly(importer: Importer, wishes: Wishes, reporter: Reporter) -> None:
    """Looks at everything first. Raises Refusal where a single record could not be taken: nothing is imported then."""
    found = importer.check(wishes, reporter)
    if found.notes.problem_count:
        raise Refusal(f"{found.notes.problem_count:,} records cannot be taken, so by --strict nothing is imported.")
    importer.notes.clear()
