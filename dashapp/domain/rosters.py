"""Rosters: who is in which course, as an institution's own system says it in files.

A roster is said in our terms, whatever form its files have. Names are those of its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Identifier
from dashapp.domain.keys import SourceId

SOURCED_KIND: Final = "sourcedId"
"""The kind of the names that a roster gives to people and courses; their issuer is the source's."""
MOST_ENDED: Final = 20
"""Per cent of what a source has granted that one import may end without being asked to."""
LONGEST_NAME: Final = 255
"""Characters of an id, as OneRoster limits them."""


class RosterError(AnalyticsError):
    """A roster cannot be taken like that; the text says why."""


# ------------------------------------------------------------------ what a roster says


class Unit(NamedTuple):
    """A unit of the organisation: a faculty, a school, a department. `name` is shown, and is unique in the roster."""

    name: str
    parent: str | None


class Term(NamedTuple):
    """A term. Both days are inclusive."""

    name: str
    starts_on: date | None
    ends_on: date | None


class Course(NamedTuple):
    """One run of a course. `known_as`: what the events of the learning platform call it; None: nothing is said."""

    name: str
    code: str | None
    title: str | None
    unit: str | None
    term: str | None
    starts_on: date | None
    ends_on: date | None
    known_as: str | None


class Section(NamedTuple):
    """A class of people within a course."""

    course: str
    name: str
    title: str | None


class Person(NamedTuple):
    """Somebody. `known_as`: what the events of the learning platform call them; None: nothing is said."""

    name: str
    given_name: str | None
    family_name: str | None
    email: str | None
    known_as: str | None
    enabled: bool = True
    """Whether the account is in use: who has none that is teaches and assists nobody."""


class Enrolment(NamedTuple):
    """A role of somebody in a course or in a section of it, from the day `begins_on` until before `ends_on`, as
    ISO texts; empty: open."""

    name: str
    person: str
    course: str
    section: str
    role: str
    begins_on: str
    ends_on: str


SourceRow = Mapping[str, str]
"""A row of a small file of the source (column → value), as it has to be remembered to understand later changes."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that a roster was read from."""

    name: str
    sha256: str
    size: int
    rows: int
    encoding: str = ""


@dataclass(slots=True)
class Roster:
    """What files say. Units, terms, courses and sections are always all that the source knows now; people and
    enrolments are all of them where `whole_…`, else only what has changed."""

    units: list[Unit] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    """Nobody twice."""
    enrolments: list[Enrolment] = field(default_factory=list)
    whole_people: bool = True
    whole_enrolments: bool = True
    gone_people: list[str] = field(default_factory=list)
    gone_enrolments: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, SourceRow]] = field(default_factory=dict)
    """Small file → id → row, of all that the source knows now."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Role that no roster gives → how often it stands in the files."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the source has said before: so files that hold changes only can be understood."""

    rows: Mapping[str, Mapping[str, SourceRow]] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    """Those of them whose account is not in use."""


# ------------------------------------------------------------------ how a source is to be read


class RosterForm(StrEnum):
    """What the files of a source are."""

    ONEROSTER = "oneroster"
    CSV = "csv"
    """One table with a line per enrolment, whose columns the settings name."""


class Classes(StrEnum):
    """What a class of OneRoster is here."""

    COURSE = "course"
    """Each class is a course of one term."""
    SECTION = "section"
    """A course in a term is a course, its classes are the sections of it."""


PLAIN_FIELDS: Final = (
    *("person", "given_name", "family_name", "email", "course", "course_title", "section", "section_title"),
    *("role", "begins_on", "ends_on", "term", "unit"),
)
"""What the columns of plain CSV can be."""


class Naming(msgspec.Struct, frozen=True):
    """By which column the learning platform's events know somebody or something, and how they name them."""

    column: str
    issuer: str
    kind: str


class RosterSettings(msgspec.Struct, frozen=True):
    """How the rosters of one source are read. `columns` and `roles` are for plain CSV: our field → the file's column,
    the file's word → our role."""

    form: RosterForm = RosterForm.ONEROSTER
    people: Naming | None = None
    courses: Naming | None = None
    classes: Classes = Classes.COURSE
    most_ended: int = MOST_ENDED
    columns: dict[str, str] = {}
    roles: dict[str, str] = {}
    whole: bool = True
    """Of plain CSV: whether a file says everything, so that whoever is missing in it has left."""
    folder: str | None = None
    address: str | None = None
    every_minutes: int = 60


@dataclass(frozen=True, slots=True)
class RosterSource:
    """A registered sender whose rosters are taken."""

    source_id: SourceId
    name: str
    issuer: str
    settings: RosterSettings

    def person(self, name: str) -> Identifier:
        """How the roster names somebody; so it names courses."""
        return Identifier(self.issuer, SOURCED_KIND, name)


class WrongSettings(RosterError):
    """A roster cannot be read like that; `why`: share, often, both or address."""

    def __init__(self, why: str, words: str) -> None:
        super().__init__(words)
        self.why = why


def checked_settings(settings: RosterSettings) -> RosterSettings:
    """The settings, if they are possible. Raises WrongSettings."""
    if not 0 <= settings.most_ended <= 100:
        raise WrongSettings("share", "The share that may end is between 0 and 100 per cent.")
    if settings.every_minutes < 5:
        raise WrongSettings("often", "The schedule looks every five minutes at the most.")
    if settings.folder and settings.address:
        raise WrongSettings("both", "Either a folder is looked into, or an address is asked.")
    if settings.address and not settings.address.startswith(("https://", "http://")):
        raise WrongSettings("address", "An address begins with https://.")
    return settings
