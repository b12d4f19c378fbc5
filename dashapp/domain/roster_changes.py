"""What an import of a roster would change, and what it leaves as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Thing(StrEnum):
    """What a roster has."""

    UNIT = "unit"
    TERM = "term"
    COURSE = "course"
    SECTION = "section"
    PERSON = "person"
    ENROLMENT = "enrolment"


class ConflictKind(StrEnum):
    """What cannot be decided by the files alone, so that it is left as it is. Words: `dashapp.words.rosters`."""

    SPLIT = "split"
    """An administrator has said that these two are not one person."""
    OTHER_NAME = "other_name"
    """The person is known by another name already, and the new one has been met as somebody else's."""
    NAME_OF_ANOTHER = "name_of_another"
    """The name belongs to somebody else of this roster."""
    COURSE_OF_ANOTHER = "course_of_another"
    """The name belongs to another course than the one that the roster's name has; courses are never merged."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that is left out. `name`: the roster's own, `known_as`: that of the learning platform."""

    kind: ConflictKind
    name: str
    known_as: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is added, changed or ended. `what`: (field, before, after). `title`: what people call it; of an
    enrolment, whose it is."""

    thing: Thing
    name: str
    what: tuple[tuple[str, str, str], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """What an import would change. The lists are cut off after some of a thing; the counts are not."""

    counts: Mapping[Thing, tuple[int, int, int]]
    """Thing → how many are added, changed, ended."""
    added: Sequence[Change]
    changed: Sequence[Change]
    ended: Sequence[Change]
    conflicts: Sequence[Conflict]
    joins: int
    """How many of the roster's people are one with people whom events know already."""
    described_otherwise: int
    """People whom another source has described later, and otherwise: what that one says goes on to be shown."""
    granted: int
    """Enrolments in force that the source has granted before."""
    ending: int
    """How many of these end, without those whose course is over."""
    fingerprint: str

    MOST_SHOWN: ClassVar[int] = 50

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not any(any(counts) for counts in self.counts.values())

    def ends_too_much(self, most: int) -> bool:
        """Whether more than `most` per cent of what is in force would end."""
        return self.ending * 100 > most * self.granted
