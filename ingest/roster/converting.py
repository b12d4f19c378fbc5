"""The small files of OneRoster in our terms: units, terms, courses and sections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from dashapp.domain.roster_checks import Findings, Reason, cycle_in, unique_names
from dashapp.domain.rosters import Classes, Course, Roster, RosterSettings, Section, SourceRow, Term, Unit
from ingest.roster.cells import list_of
from ingest.roster.rules import CLASSES, COURSES, ORGS, SESSIONS, Column

Small = Mapping[str, Mapping[str, SourceRow]]
"""Small file → id → row."""
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    ORGS: ("name", "parentSourcedId"),
    SESSIONS: ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    COURSES: ("title", "courseCode", "orgSourcedId", "schoolYearSourcedId"),
    CLASSES: ("title", "courseSourcedId", "classCode", "schoolSourcedId", "termSourcedIds"),
}
"""What is read, and remembered, of each small file."""


class Place(NamedTuple):
    """Where the enrolments of a class belong. `section` empty: to the course itself. Days: [starts, ends)."""

    course: str
    section: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Where rows stand in their files."""

    of: dict[str, dict[str, int]] = field(default_factory=dict)

    def line(self, file: str, key: str) -> int | None:
        """None: the row is known from before."""
        return self.of.get(file, {}).get(key)


def check_references(small: Small, columns: Mapping[str, tuple[Column, ...]], lines: Lines, findings: Findings) -> None:
    """Adds references to nobody, circles, and sessions that end before they begin."""
    for file, rows in small.items():
        for column in columns[file]:
            if column.refers_to is None or column.name not in KEPT[file]:
                continue
            targets = small.get(column.refers_to, {})
            for key, row in rows.items():
                for value in list_of(row.get(column.name, "")) if column.many else [row.get(column.name, "")]:
                    if value and value not in targets:
                        line = lines.line(file, key)
                        findings.add(Reason.UNKNOWN_REFERENCE, f"{file}.csv", line, column.name, value)
        parents = {key: row["parentSourcedId"] for key, row in rows.items() if row.get("parentSourcedId")}
        if (circle := cycle_in(parents)) is not None:
            findings.add(Reason.CYCLE, f"{file}.csv", lines.line(file, circle), "parentSourcedId", circle)
    for key, row in small.get(SESSIONS, {}).items():
        if row and row["endDate"] <= row["startDate"]:
            line = lines.line(SESSIONS, key)
            findings.add(Reason.REVERSED_DATES, f"{SESSIONS}.csv", line, "endDate", row["endDate"])


@dataclass(slots=True)
class Converter:
    """Fills a roster from the small files, which refer to nobody who is not there."""

    small: Small
    settings: RosterSettings
    roster: Roster
    findings: Findings
    lines: Lines
    units: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    """What the learning platform calls a course → its name in the roster."""

    def convert(self) -> dict[str, Place]:
        """Class → where its enrolments belong."""
        self._units()
        self._terms()
        by_section = self.settings.classes is Classes.SECTION
        places, made = {}, set[str]()
        for key, row in self.small.get(CLASSES, {}).items():
            term, starts, ends = self._term_of(row)
            course = f"{row['courseSourcedId']}@{term}" if by_section else key
            if course not in made:
                made.add(course)
                self.roster.courses.append(self._course(course, key, row, (term, starts, ends)))
            if by_section:
                self.roster.sections.append(Section(course, key, row["title"].strip() or None))
            places[key] = Place(course, key if by_section else "", starts, ends)
        return places

    def _units(self) -> None:
        orgs = self.small.get(ORGS, {})
        self.units = unique_names((key, row["name"].strip()) for key, row in orgs.items())
        for key, row in orgs.items():
            self.roster.units.append(Unit(self.units[key], self.units.get(row.get("parentSourcedId", ""))))

    def _terms(self) -> None:
        sessions = self.small.get(SESSIONS, {})
        self.terms = unique_names((key, row["title"].strip()) for key, row in sessions.items())
        for key, row in sessions.items():
            first, last = _day(row["startDate"]), _last_day(row["endDate"])
            self.roster.terms.append(Term(self.terms[key], first, last))

    def _term_of(self, row: SourceRow) -> tuple[str, str, str]:
        """The session in which a class begins, and from when until before when it is taught."""
        sessions = self.small.get(SESSIONS, {})
        found = sorted(
            (sessions[key]["startDate"], sessions[key]["endDate"], key) for key in list_of(row["termSourcedIds"])
        )
        if not found:
            return "", "", ""
        return found[0][2], found[0][0], max(end for _, end, _ in found)

    def _course(self, name: str, key: str, row: SourceRow, term: tuple[str, str, str]) -> Course:
        described = self.small[COURSES][row["courseSourcedId"]]
        by_section = self.settings.classes is Classes.SECTION
        title = described["title"] if by_section else row["title"]
        code = described.get("courseCode") or None
        if not by_section:
            code = row.get("classCode") or code
        unit = described["orgSourcedId"] if by_section else row["schoolSourcedId"]
        known_as = self._known_as(
            name, {**described, **row, "sourcedId": row["courseSourcedId"] if by_section else key}
        )
        days = _day(term[1]), _last_day(term[2])
        return Course(name, code, title.strip() or None, self.units.get(unit), self.terms.get(term[0]), *days, known_as)

    def _known_as(self, name: str, row: SourceRow) -> str | None:
        if self.settings.courses is None or not (value := row.get(self.settings.courses.column, "").strip()):
            return None
        if value in self.claimed:
            self.findings.add(Reason.NAME_TAKEN, f"{CLASSES}.csv", None, self.settings.courses.column, value)
            return None
        self.claimed[value] = name
        return value


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _last_day(end: str) -> date | None:
    """OneRoster's end dates are the first day that does not belong to it any more."""
    return date.fromisoformat(end) - timedelta(days=1) if end else None
