"""What a history is to its importer: parts of records in a fixed order, and notes of what could not be taken."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from dashapp.domain.events import Event
from ingest.csv_files import Bad
from ingest.history.tables import Table

MOST_PROBLEMS: Final = 1_000
"""Problems that are kept with their lines; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that was not taken: in which file and line, which column is at fault, and why."""

    file: str
    line: int
    column: str | None
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        return f"{where}: {self.reason}" if self.column is None else f"{where}, column {self.column}: {self.reason}"


@dataclass(slots=True)
class Notes:
    """What a run has met that became no event. Nothing disappears without being counted here."""

    problems: list[Problem] = field(default_factory=list)
    """The first ones."""
    problem_count: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason → records: they are right, but nothing that a learner did."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Kind → records that were taken as interactions, since nobody has said more of them."""

    def clear(self) -> None:
        """Nothing has been met."""
        self.problems.clear()
        self.problem_count = 0
        self.left_out.clear()
        self.unknown.clear()

    def note(self, problem: Problem) -> None:
        """Counts a problem."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


class BadValue(Exception):
    """A value of a record makes no sense."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Step(NamedTuple):
    """What one record became. `position` counts the records of a part from one."""

    position: int
    line: int
    events: Sequence[Event]
    bodies: Sequence[bytes] = ()
    """The records that the events were told in, where those are in other words than ours: one for each event."""


class Part(Protocol):
    """One file of a history."""

    @property
    def name(self) -> str:
        """The file, as people call it."""

    @property
    def size(self) -> int:
        """Its bytes on the disk."""

    def behind(self) -> int:
        """How many of them have been read."""

    def steps(self, after: int, notes: Notes) -> Iterator[Step]:
        """The records behind position `after`; those that become no event are noted, and give an empty step."""


@dataclass(frozen=True, slots=True)
class History:
    """Files of one origin, ready to be read."""

    name: str
    parts: Sequence[Part]
    identity: bytes
    """The same for the same content, read in the same way."""
    again: str
    """A sentence about what happens when a live feed tells the same."""
    remarks: Sequence[str] = ()
    """What a person should know before it begins."""


Read = Callable[[Sequence[str]], Sequence[Event] | str]
"""From the values of a row to its events, or to the reason for which it is left out. May raise BadValue."""


class TablePart:
    """A file of rows of which each is read alone."""

    def __init__(self, table: Table, columns: Sequence[str], read: Read) -> None:
        """`columns`: those that `read` is given, in this order. Where one is not in the file it is given ""."""
        self._table = table
        self._columns = columns
        self._read = read
        self.name = table.name
        self.size = table.looked.size

    def behind(self) -> int:
        """See `Part.behind`."""
        return self._table.opened.behind()

    def steps(self, after: int, notes: Notes) -> Iterator[Step]:
        """See `Part.steps`."""
        read, left_out = self._read, notes.left_out
        position = after
        for row in self._table.rows(self._columns, after):
            if isinstance(row, Bad):
                notes.note(Problem(self.name, row.line, row.column, row.reason))
                continue
            position = row.position
            try:
                events = read(row.values)
            except BadValue as bad:
                notes.note(Problem(self.name, row.line, bad.column, bad.reason))
                events = ()
            if isinstance(events, str):
                left_out[events] += 1
                events = ()
            yield Step(position, row.line, events)
