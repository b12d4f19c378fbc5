"""What a check finds in the files of a roster: reasons, where each was found, and which of them stop an import."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """What is wrong. The words for it are in `dashapp.words.rosters`."""

    MIXED_ENCODING = "mixed_encoding"
    GUESSED_ENCODING = "guessed_encoding"
    MISSING_FILE = "missing_file"
    UNDECLARED_FILE = "undeclared_file"
    WRONG_VERSION = "wrong_version"
    WRONG_MANIFEST = "wrong_manifest"
    EMPTY_FILE = "empty_file"
    MISSING_COLUMN = "missing_column"
    REPEATED_COLUMN = "repeated_column"
    UNKNOWN_COLUMN = "unknown_column"
    WRONG_LENGTH = "wrong_length"
    BROKEN_ROW = "broken_row"
    CONTROL_CHARACTER = "control_character"
    MISSING_VALUE = "missing_value"
    TOO_LONG = "too_long"
    WRONG_WORD = "wrong_word"
    WRONG_DATE = "wrong_date"
    WRONG_TIME = "wrong_time"
    WRONG_YEAR = "wrong_year"
    WRONG_BOOLEAN = "wrong_boolean"
    STATUS_IN_BULK = "status_in_bulk"
    DELETED_IN_BULK = "deleted_in_bulk"
    REPEATED_ROW = "repeated_row"
    CONTRADICTION = "contradiction"
    UNKNOWN_REFERENCE = "unknown_reference"
    CYCLE = "cycle"
    REVERSED_DATES = "reversed_dates"
    OUTSIDE_TERM = "outside_term"
    NAME_TAKEN = "name_taken"
    UNKNOWN_ROLE = "unknown_role"

    @property
    def stops(self) -> bool:
        """Whether nothing of the files is taken because of it."""
        return self not in _WARNINGS


_WARNINGS: Final = frozenset(
    {
        Reason.GUESSED_ENCODING,
        Reason.UNDECLARED_FILE,
        Reason.UNKNOWN_COLUMN,
        Reason.STATUS_IN_BULK,
        Reason.REPEATED_ROW,
        Reason.OUTSIDE_TERM,
        Reason.UNKNOWN_ROLE,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found where. Lines are those of the file, counted from one; the heads stand in the first."""

    reason: Reason
    file: str
    line: int | None = None
    column: str | None = None
    value: str = ""


class Findings:
    """What a check has found: the first ones of each reason as they stand in the files, and how many there are."""

    MOST_PER_REASON: Final = 200

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self.counts: dict[Reason, int] = {}

    def add(
        self, reason: Reason, file: str, line: int | None = None, column: str | None = None, value: str = ""
    ) -> None:
        """One more. Of a reason that has come often enough, only the count rises."""
        self.counts[reason] = count = self.counts.get(reason, 0) + 1
        if count <= self.MOST_PER_REASON:
            self._kept.append(Finding(reason, file, line, column, value[:60]))

    @property
    def kept(self) -> list[Finding]:
        """By file and line."""
        return sorted(self._kept, key=lambda one: (one.file, one.line or 0, one.column or "", one.reason))

    @property
    def stop(self) -> bool:
        """Whether any of them stops the import."""
        return any(reason.stops for reason in self.counts)

    def summary(self) -> dict[str, int]:
        """Reason → how often: what is remembered of an import."""
        return {reason.value: count for reason, count in sorted(self.counts.items())}


def cycle_in(parents: Mapping[str, str]) -> str | None:
    """Somebody who is an ancestor of themself by the parents given; None where nobody is."""
    done: set[str] = set()
    for start in parents:
        path: set[str] = set()
        node: str | None = start
        while node is not None and node not in done:
            if node in path:
                return node
            path.add(node)
            node = parents.get(node)
        done.update(path)
    return None


def unique_names(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Id → name, of (id, name): where several have the same name, their ids stand beside it."""
    pairs = list(named)
    times: dict[str, int] = {}
    for _, name in pairs:
        times[name] = times.get(name, 0) + 1
    return {key: name if times[name] == 1 else f"{name} ({key})" for key, name in pairs}
