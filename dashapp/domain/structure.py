"""What an organisation teaches, as its administration sees it: units, programmes, courses with their sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self
from urllib.parse import urlencode
from uuid import UUID

from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, PublicId
from dashapp.domain.terms import TermError, TermFault, checked_breaks

NONE: Final = -1
"""In a filter or an assignment: no term, no unit, no programme."""
LONGEST_CODE: Final = 60
LONGEST_TITLE: Final = 200
LONGEST_NAME: Final = 120
MOST_CHOSEN: Final = 5_000
"""Courses that can be named one by one."""
MOST_PAGES: Final = 100_000

Days = tuple[tuple[date, date], ...]
"""First and last days, both inclusive, in their order."""


class Field(StrEnum):
    """What the administration may decide of a course, before what sources say."""

    CODE = "code"
    TITLE = "title"
    UNIT = "unit"
    PROGRAMME = "programme"
    TERM = "term"
    STARTS = "starts_on"
    ENDS = "ends_on"
    BREAKS = "breaks"


Decisions = Mapping[Field, Any]
"""Texts, keys, days, and breaks as `Days`; None: decided to be nothing."""


class Origin(StrEnum):
    """Where what holds of a course comes from."""

    ADMINISTRATION = "administration"
    SOURCE = "source"
    EVENTS = "events"
    """Learning events call it so; nobody has described it."""
    TERM = "term"
    """Its term has these days."""
    NOBODY = "nobody"


# ------------------------------------------------------------------ what is entered


def plain_text(given: object, longest: int) -> str:
    """A text as it is kept: without what no name has in it."""
    text = given if isinstance(given, str) else ""
    # Half a surrogate pair, which JSON can carry, is no character of any name.
    kept = text[: 4 * longest].encode("utf-8", "ignore").decode().replace("\0", "")
    return " ".join(kept.split())[:longest]


def checked_days(
    starts_on: date | None, ends_on: date | None, breaks: Sequence[tuple[date | None, date | None]]
) -> Days:
    """The breaks of a course, after its days were looked at. Raises TermError."""
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise TermError(TermFault.ENDS_BEFORE_START)
    return checked_breaks(starts_on, ends_on, breaks)


# ------------------------------------------------------------------ which courses


def _key(given: object) -> int | None:
    """A key of a filter, or NONE; what is neither is None."""
    if given == "none":
        return NONE
    digits = str(given) if given else ""
    return int(digits) or None if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _key_text(key: int | None) -> str | None:
    return "none" if key == NONE else str(key) if key else None


@dataclass(frozen=True, slots=True)
class CourseFilters:
    """The filters of the list of courses as they stand in its address."""

    search: str = ""
    term: int | None = None
    unit: int | None = None
    """The unit with everything below it."""
    programme: int | None = None
    from_events: bool = False
    """Only courses that nobody has described or named: events alone know them."""
    page: int = 1
    course: UUID | None = None
    """The one that is opened."""

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """From the texts of a URL or of controls, by the names of the URL; what is not understood is ignored."""
        page = str(given.get("page") or "")
        digits = page.isascii() and page.isdigit() and len(page) < 10
        return cls(
            search=plain_text(given.get("q"), 100),
            term=_key(given.get("term")),
            unit=_key(given.get("unit")),
            programme=_key(given.get("programme")),
            from_events=given.get("known") == "events",
            page=min(max(int(page), 1), MOST_PAGES) if digits else 1,
            course=Filters.parse(course=given.get("course")).course,
        )

    def to_query(self) -> str:
        """The query string without "?", only what is set."""
        pairs = [
            ("q", self.search),
            ("term", _key_text(self.term)),
            ("unit", _key_text(self.unit)),
            ("programme", _key_text(self.programme)),
            ("known", "events" if self.from_events else None),
        ]
        return urlencode([(name, value) for name, value in pairs if value])


@dataclass(frozen=True, slots=True)
class CourseChoice:
    """Some courses: those named, else all that fit the filters."""

    named: tuple[UUID, ...] = ()
    filters: CourseFilters | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What many courses are to get at once; None: stays as it is, NONE: none."""

    term: int | None = None
    unit: int | None = None
    programme: int | None = None
    follow: bool = False
    """Whether their own days and breaks give way to those of the term."""

    @property
    def decisions(self) -> dict[Field, Any]:
        """As decisions about each course."""
        given = {Field.TERM: self.term, Field.UNIT: self.unit, Field.PROGRAMME: self.programme}
        made: dict[Field, Any] = {name: None if key == NONE else key for name, key in given.items() if key is not None}
        if self.follow:
            made |= {Field.STARTS: None, Field.ENDS: None, Field.BREAKS: ()}
        return made


# ------------------------------------------------------------------ what pages show


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the organisation. Rows come in the order of the tree."""

    unit_id: int
    name: str
    parent_id: int | None
    depth: int
    courses: int
    """Courses of this unit itself."""
    courses_below: int
    """Those of it and of everything below it."""


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme."""

    programme_id: int
    name: str
    unit_id: int | None
    unit: str | None
    courses: int


@dataclass(frozen=True, slots=True)
class UnitsView:
    """The page of units and programmes."""

    units: tuple[UnitRow, ...]
    programmes: tuple[ProgrammeRow, ...]
    without_unit: int
    """Courses of no unit."""


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course of the list."""

    public_id: PublicId
    code: str
    title: str
    term: str | None
    unit: str | None
    programme: str | None
    from_events: bool
    learners: int
    staff: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What courses can be given: (key, name)."""

    terms: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]
    """In the order of the tree; the names of what stands above stand before them."""
    programmes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class CoursesView:
    """A page of the list of courses."""

    rows: tuple[CourseRow, ...]
    total: int
    """Courses that fit the filters."""
    every: int
    """All courses."""
    from_events: int
    """Of all of them: those that events alone know."""
    page: int
    pages: int
    choices: Choices


@dataclass(frozen=True, slots=True)
class Held:
    """What holds of one field of a course, and where it comes from."""

    value: Any
    origin: Origin
    said: str | None = None
    """Where the administration has decided: what the source says, if it says anything."""


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of a course."""

    section_id: int
    name: str
    title: str | None
    decided: bool
    """Whether the administration has given it its title."""
    learners: int
    staff: int


@dataclass(frozen=True, slots=True)
class RoleCount:
    """How many people hold a role in a course now, and who says so."""

    role: str
    granted_by: str
    source: str | None
    people: int


@dataclass(frozen=True, slots=True)
class OpenedCourse:
    """One course with everything that the administration can know and decide of it."""

    course_id: CourseId
    public_id: PublicId
    code: str
    title: str
    held: Mapping[Field, Held]
    calendar: tuple[date | None, date | None, Days]
    """What pages reckon with."""
    source: str | None
    """The sender whose description holds."""
    described_at: datetime | None
    identifiers: tuple[tuple[str, str, str], ...]
    """(issuer, kind, value)"""
    roles: tuple[RoleCount, ...]
    sections: tuple[SectionRow, ...]
    choices: Choices = field(default_factory=lambda: Choices((), (), ()))


@dataclass(frozen=True, slots=True)
class Plan:
    """What an assignment would do, counted before it is done."""

    courses: int
    changed: int
    """Those for which anything becomes another one."""
