"""Plain CSV: one table with a line per enrolment, or per person where no course is named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from dashapp.domain.events import Role
from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import (
    LONGEST_NAME,
    Course,
    Enrolment,
    FileRead,
    Known,
    Person,
    Roster,
    RosterError,
    RosterSettings,
    Section,
    Term,
    Unit,
)
from ingest.roster.archive import Archive, Table, open_table
from ingest.roster.cells import has_control, is_date
from ingest.roster.converting import Place
from ingest.roster.enrolling import Enrolling
from ingest.roster.oneroster import Advance, named_by

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("personid", "userid", "studentid", "sourcedid", "id", "user", "student", "learner", "matriculation"),
    "given_name": ("givenname", "firstname", "forename", "vorname"),
    "family_name": ("familyname", "lastname", "surname", "nachname"),
    "email": ("emailaddress", "mail", "emailadresse"),
    "course": ("courseid", "coursecode", "class", "classid", "kurs", "module", "moduleid"),
    "course_title": ("coursename", "classname", "title", "kursname", "moduletitle"),
    "section": ("sectionid", "group", "gruppe", "sectioncode"),
    "section_title": ("sectionname", "groupname"),
    "role": ("rolle", "roletype", "enrollmentrole", "enrolmentrole"),
    "begins_on": ("begindate", "startdate", "begin", "start", "from", "enrolledon"),
    "ends_on": ("enddate", "end", "until", "to", "lastday"),
    "term": ("semester", "session", "academicsession", "trimester"),
    "unit": ("department", "faculty", "school", "org", "organisation", "organization"),
}
"""Our field, of `PLAIN_FIELDS` → what files often call it, without capitals and signs."""
_NEEDED: Final = ("person",)
_ROLES: Final[Mapping[str, Role]] = {
    **dict.fromkeys(("", "learner", "student"), Role.LEARNER),
    **dict.fromkeys(("teacher", "instructor", "lecturer", "professor"), Role.TEACHER),
    **dict.fromkeys(("assistant", "ta", "teachingassistant", "tutor", "aide"), Role.ASSISTANT),
}
_DOTTED: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_ANYWHERE: Final = Place("", "", "", "")
_COURSES: Final = "csv:courses"
_SECTIONS: Final = "csv:sections"
_TOLD_EVERY: Final = 5_000


def guess_columns(heads: Sequence[str]) -> dict[str, str]:
    """Our field → the head that most likely means it, of those fields that any head means."""
    plain = {re.sub(r"[^a-z0-9]", "", head.lower()): head for head in reversed(heads)}
    found: dict[str, str] = {}
    for name, others in FIELDS.items():
        for word in (name.replace("_", ""), *others):
            if word in plain and plain[word] not in found.values():
                found[name] = plain[word]
                break
    return found


@dataclass(slots=True)
class PlainReader:
    """Reads one file. After `read`, `findings` holds what is wrong; a roster with errors is not to be used."""

    archive: Archive
    settings: RosterSettings
    known: Known
    findings: Findings
    advance: Advance
    files: list[FileRead] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    """Our field → the file's column, as it was read."""
    heads: list[str] = field(default_factory=list)
    """All columns of the file."""
    _roster: Roster = field(default_factory=Roster)
    _people: dict[str, Person] = field(default_factory=dict)
    _courses: dict[str, dict[str, str]] = field(default_factory=dict)
    _sections: dict[str, dict[str, str]] = field(default_factory=dict)
    _claims: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))
    """What the learning platform calls people, and courses → their names here."""

    def read(self) -> Roster:
        """The roster in our terms. Raises RosterError for what cannot be read at all."""
        if len(self.archive.members) != 1:
            raise RosterError("A plain roster is one CSV file, and there are several or none.")
        [name] = self.archive.members
        hashes = self.archive.hashes()
        roster = self._roster
        roster.whole_people = roster.whole_enrolments = self.settings.whole
        if not self.settings.whole:
            self._courses = {key: dict(row) for key, row in self.known.rows.get(_COURSES, {}).items()}
            self._sections = {key: dict(row) for key, row in self.known.rows.get(_SECTIONS, {}).items()}
        if (table := open_table(self.archive, name, self.findings)) is None:
            return roster
        if self._choose_columns(table):
            self._read_rows(table)
        self.files.append(table.read(hashes))
        self._finish()
        return roster

    def _choose_columns(self, table: Table) -> bool:
        self.heads = [head for head in table.heads if head]
        self.columns = dict(self.settings.columns) or guess_columns(table.heads)
        wanted = set(self.columns.values())
        wanted |= {naming.column for naming in (self.settings.people, self.settings.courses) if naming is not None}
        lacking = sorted(column for column in wanted if column not in table.heads)
        lacking += [name for name in _NEEDED if name not in self.columns]
        for column in lacking:
            self.findings.add(Reason.MISSING_COLUMN, table.name, 1, column)
        return not lacking

    def _read_rows(self, table: Table) -> None:
        enrolling = Enrolling(self._roster, self.findings, table.name)
        for line, cells in table.rows:
            if table.count % _TOLD_EVERY == 0:
                self.advance(_TOLD_EVERY)
            row = {head: cell.strip() for head, cell in zip(table.heads, cells, strict=True)}
            said = {name: row[column] for name, column in self.columns.items()}
            if not self._is_right(table.name, line, said):
                continue
            self._take_person(table.name, line, said, row)
            if said.get("course"):
                self._take_course(table.name, line, said, row)
                self._enrol(enrolling, table.name, line, said)
        self.advance(table.count % _TOLD_EVERY)

    def _is_right(self, file: str, line: int, said: dict[str, str]) -> bool:
        """Whether nothing is wrong with the cells of a row; days become ISO texts."""
        wrong = len(self.findings.counts), sum(self.findings.counts.values())
        if not said["person"]:
            self.findings.add(Reason.MISSING_VALUE, file, line, self.columns["person"])
        for name, value in said.items():
            column = self.columns[name]
            if has_control(value):
                self.findings.add(Reason.CONTROL_CHARACTER, file, line, column)
            elif name in ("person", "course", "section") and len(value) > LONGEST_NAME:
                self.findings.add(Reason.TOO_LONG, file, line, column, value)
            elif name in ("begins_on", "ends_on") and value:
                said[name] = _iso(value) or ""
                if not said[name]:
                    self.findings.add(Reason.WRONG_DATE, file, line, column, value)
        return wrong == (len(self.findings.counts), sum(self.findings.counts.values()))

    def _take_person(self, file: str, line: int, said: dict[str, str], row: dict[str, str]) -> None:
        given, family, email = (said.get(name) or None for name in ("given_name", "family_name", "email"))
        known_as = named_by(self.settings.people, row)
        one = Person(said["person"], given, family, email, known_as)
        held = self._people.setdefault(one.name, one)
        if held is one:
            self._claim(0, file, line, known_as, one.name)
            return
        for place, column in enumerate(("given_name", "family_name", "email", "known_as"), start=1):
            if one[place] is not None and one[place] != held[place]:
                said_in = self.columns.get(column) or (self.settings.people.column if self.settings.people else column)
                self.findings.add(Reason.CONTRADICTION, file, line, said_in, str(one[place]))

    def _claim(self, which: int, file: str, line: int, known_as: str | None, name: str) -> None:
        naming = self.settings.courses if which else self.settings.people
        if known_as and naming and self._claims[which].setdefault(known_as, name) != name:
            self.findings.add(Reason.NAME_TAKEN, file, line, naming.column, known_as)

    def _take_course(self, file: str, line: int, said: dict[str, str], row: dict[str, str]) -> None:
        known_as = row[self.settings.courses.column] if self.settings.courses else ""
        told = {"title": "course_title", "term": "term", "unit": "unit"}
        content = {name: said.get(column, "") for name, column in told.items()}
        self._keep(self._courses, file, line, (said["course"], {**content, "known_as": known_as}))
        self._claim(1, file, line, known_as, said["course"])
        if said.get("section"):
            titled = {"course": said["course"], "name": said["section"], "title": said.get("section_title", "")}
            self._keep(self._sections, file, line, (f"{said['course']}\n{said['section']}", titled))

    def _keep(self, where: dict[str, dict[str, str]], file: str, line: int, one: tuple[str, dict[str, str]]) -> None:
        """What a row says of a course or a section; a later row may say the same, or nothing."""
        key, content = one
        held = where.setdefault(key, content)
        for name, value in content.items():
            if value and held.get(name) and held[name] != value and held is not content:
                if key not in self.known.rows.get(_COURSES, {}) or self.settings.whole:
                    self.findings.add(Reason.CONTRADICTION, file, line, name, value)
                else:
                    held[name] = value
            elif value:
                held[name] = value

    def _enrol(self, enrolling: Enrolling, file: str, line: int, said: dict[str, str]) -> None:
        word = said.get("role", "")
        role = self._role(word)
        if role is None:
            self._roster.left_out[word] = self._roster.left_out.get(word, 0) + 1
            self.findings.add(Reason.UNKNOWN_ROLE, file, line, self.columns.get("role"), word)
            return
        person, course, section = said["person"], said["course"], said.get("section", "")
        begins, last = said.get("begins_on", ""), said.get("ends_on", "")
        if begins and last and last < begins:
            self.findings.add(Reason.REVERSED_DATES, file, line, self.columns["ends_on"], last)
            return
        ends = (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else ""
        name = "\n".join((person, course, section, role.value, begins))
        shared = self._people[person].name
        one = Enrolment(name, shared, course, section, role.value, begins, ends)
        enrolling.take(line, one, _ANYWHERE)

    def _role(self, word: str) -> Role | None:
        if self.settings.roles:
            said = {each.lower(): role for each, role in self.settings.roles.items()}.get(word.lower())
            return Role(said) if said in set(Role) else None
        return _ROLES.get(re.sub(r"[^a-z]", "", word.lower()) if word else "")

    def _finish(self) -> None:
        """People, courses and what they name, in the roster."""
        roster = self._roster
        roster.people = list(self._people.values())
        units, terms = set[str](), set[str]()
        for key, row in self._courses.items():
            unit, term = row.get("unit") or None, row.get("term") or None
            units.update([unit] if unit else ())
            terms.update([term] if term else ())
            title, known_as = row.get("title") or None, row.get("known_as") or None
            roster.courses.append(Course(key, key, title, unit, term, None, None, known_as))
        roster.units = [Unit(name, None) for name in sorted(units)]
        roster.terms = [Term(name, None, None) for name in sorted(terms)]
        for row in self._sections.values():
            roster.sections.append(Section(row["course"], row["name"], row.get("title") or None))
        roster.rows = {_COURSES: dict(self._courses), _SECTIONS: dict(self._sections)}


def _iso(value: str) -> str | None:
    """A day as ISO text, of one that is written so, or with dots as in 31.12.2026; None: it is no such day."""
    if is_date(value):
        return value
    if (dotted := _DOTTED.fullmatch(value)) is not None:
        day, month, year = dotted.groups()
        written = f"{year}-{int(month):02}-{int(day):02}"
        return written if is_date(written) else None
    return None
