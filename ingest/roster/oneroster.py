"""A OneRoster archive, read file by file in the order in which they refer to each other."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from dashapp.domain.events import STAFF_ROLES, Role
from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import Enrolment, FileRead, Known, Naming, Person, Roster, RosterSettings, SourceRow
from ingest.roster.archive import Archive, Table, open_table
from ingest.roster.cells import RowCheck, missing_heads
from ingest.roster.converting import KEPT, Converter, Lines, Place, check_references
from ingest.roster.enrolling import Enrolling
from ingest.roster.manifest import Manifest, read_manifest
from ingest.roster.rules import CLASSES, ENROLLMENTS, FILES, ROLES, STATUS, STATUSES, USERS, Column, Form

Advance = Callable[[int], object]
"""Is told how many rows more have been read."""
_TOLD_EVERY: Final = 5_000
_TAKEN: Final[Mapping[str, Role]] = {"student": Role.LEARNER, "teacher": Role.TEACHER, "aide": Role.ASSISTANT}
"""The roles of OneRoster that a roster may give here. All others are counted, and given to nobody."""
DISABLED: Final = "disabled"
"""Stands beside the roles that are left out: those of staff whose account is not in use."""
_OF_ENROLMENT: Final = ("sourcedId", STATUS, "classSourcedId", "userSourcedId", "role", "beginDate", "endDate")
_OF_DELETED: Final = ("sourcedId", STATUS, "dateLastModified")


class _Read(NamedTuple):
    """A row; `gone`: it is deleted, `right`: nothing is wrong with its cells."""

    line: int
    row: dict[str, str]
    gone: bool
    right: bool


@dataclass(slots=True)
class OneRosterReader:
    """Reads one archive. After `read`, `findings` holds what is wrong; a roster with errors is not to be used."""

    archive: Archive
    settings: RosterSettings
    known: Known
    findings: Findings
    advance: Advance
    files: list[FileRead] = field(default_factory=list)
    _roster: Roster = field(default_factory=Roster)
    _small: dict[str, dict[str, SourceRow]] = field(default_factory=dict)
    _lines: Lines = field(default_factory=Lines)
    _disabled: set[str] = field(default_factory=set)
    _people: dict[str, str] = field(default_factory=dict)
    """Everybody who is known after this import, each under the very text that the rows about them share."""

    def read(self) -> Roster:
        """The roster in our terms. Raises RosterError for what cannot be read at all."""
        hashes = self.archive.hashes()
        manifest = read_manifest(self.archive, self.findings)
        if manifest is None:
            return self._roster
        columns = FILES[manifest.version]
        for file in KEPT:
            self._read_small(file, manifest, columns[file], hashes)
        check_references(self._small, columns, self._lines, self.findings)
        if self.findings.stop:
            places: dict[str, Place] = dict.fromkeys(self._small.get(CLASSES, {}), Place("", "", "", ""))
        else:
            places = Converter(self._small, self.settings, self._roster, self.findings, self._lines).convert()
        self._read_users(manifest, columns[USERS], hashes)
        if ROLES in columns:
            self._read_roles(manifest, columns[ROLES], hashes)
        self._read_enrolments(manifest, columns[ENROLLMENTS], hashes, places)
        self._roster.rows = self._small
        return self._roster

    def _open(
        self, file: str, manifest: Manifest, columns: tuple[Column, ...]
    ) -> tuple[Table, tuple[Column, ...]] | None:
        """The file where it is to be read, with its columns as its mode wants them."""
        if manifest.modes[file] == "absent":
            return None
        name = f"{file}.csv"
        if (table := open_table(self.archive, name, self.findings)) is None:
            return None
        columns = columns_in(manifest.modes[file], columns)
        return (table, columns) if missing_heads(name, columns, table.heads, self.findings) else None

    def _read_small(
        self, file: str, manifest: Manifest, columns: tuple[Column, ...], hashes: dict[str, tuple[str, int]]
    ) -> None:
        delta = manifest.modes[file] != "bulk"
        rows = dict(self.known.rows.get(file, {})) if delta else {}
        self._small[file] = rows
        if (opened := self._open(file, manifest, columns)) is None:
            return
        lines: dict[str, int] = {}
        self._lines.of[file] = lines
        for line, row, gone, right in self._rows(*opened, {}, manifest.modes[file]):
            key = row["sourcedId"]
            kept = {name: row[name] for name in KEPT[file] if row.get(name)}
            if key in lines:
                self._repeated(file, line, key, same=not gone and rows.get(key) == kept)
                continue
            lines[key] = line
            if gone:
                rows.pop(key, None)
            else:
                rows[key] = kept if right else {}
        self.files.append(opened[0].read(hashes))

    def _rows(
        self, table: Table, columns: tuple[Column, ...], known: Mapping[str, Container[str]], mode: str
    ) -> Iterator[_Read]:
        """The rows of a file that have an id, the wrong ones, too: what refers to these refers to somebody."""
        check = RowCheck(table.name, columns, table.heads, known)
        brief = RowCheck(table.name, [one for one in columns if one.name in _OF_DELETED], table.heads, known)
        status = table.heads.index(STATUS)
        for line, cells in table.rows:
            gone = self._is_gone(table.name, line, cells[status], mode)
            right = (brief if gone else check).check(line, cells, self.findings)
            row = dict(zip(table.heads, cells, strict=True))
            if row["sourcedId"]:
                yield _Read(line, row, gone, right)
            if table.count % _TOLD_EVERY == 0:
                self.advance(_TOLD_EVERY)
        self.advance(table.count % _TOLD_EVERY)

    def _is_gone(self, file: str, line: int, status: str, mode: str) -> bool:
        """Whether a row says that it is deleted, which it may say in a file of changes only."""
        if not status or mode == "delta":
            return status in STATUSES[1:]
        reason = Reason.DELETED_IN_BULK if status in STATUSES[1:] else Reason.STATUS_IN_BULK
        self.findings.add(reason, file, line, STATUS, status)
        return False

    def _repeated(self, file: str, line: int, key: str, *, same: bool) -> None:
        reason = Reason.REPEATED_ROW if same else Reason.CONTRADICTION
        self.findings.add(reason, f"{file}.csv", line, "sourcedId", key)

    # ------------------------------------------------------------------ people

    def _read_users(self, manifest: Manifest, columns: tuple[Column, ...], hashes: dict[str, tuple[str, int]]) -> None:
        mode, roster = manifest.modes[USERS], self._roster
        roster.whole_people = mode == "bulk"
        if mode != "bulk":
            self._people = {name: name for name in self.known.people}
            self._disabled = set(self.known.disabled)
        if (opened := self._open(USERS, manifest, columns)) is None:
            return
        met: dict[str, int] = {}
        claimed: set[str] = set()
        for line, row, gone, right in self._rows(*opened, self._small, mode):
            name, content = row["sourcedId"], hash((gone, *row.values()))
            if name in met:
                self._repeated(USERS, line, name, same=met[name] == content)
                continue
            met[name] = content
            if gone:
                self._people.pop(name, None)
                roster.gone_people.append(name)
                continue
            self._people[name] = name
            if right:
                self._take_person(line, row, claimed)
        self.files.append(opened[0].read(hashes))

    def _take_person(self, line: int, row: SourceRow, claimed: set[str]) -> None:
        name, enabled = row["sourcedId"], row["enabledUser"] == "true"
        (self._disabled.discard if enabled else self._disabled.add)(name)
        known_as = named_by(self.settings.people, row)
        if known_as is not None:
            if known_as in claimed:
                column = self.settings.people.column if self.settings.people else None
                self.findings.add(Reason.NAME_TAKEN, f"{USERS}.csv", line, column, known_as)
            claimed.add(known_as)
        given = row.get("preferredGivenName", "").strip() or row["givenName"].strip()
        family = row.get("preferredFamilyName", "").strip() or row["familyName"].strip()
        email = row.get("email", "").strip() or None
        self._roster.people.append(Person(name, given or None, family or None, email, known_as, enabled))
        if "role" in row:
            self._leave_out(row["role"])

    def _read_roles(self, manifest: Manifest, columns: tuple[Column, ...], hashes: dict[str, tuple[str, int]]) -> None:
        """Roles within an organisation give nothing here: who teaches whom stands in the enrolments."""
        if (opened := self._open(ROLES, manifest, columns)) is None:
            return
        known: dict[str, Container[str]] = {**self._small, USERS: self._people}
        for _line, row, gone, right in self._rows(*opened, known, manifest.modes[ROLES]):
            if right and not gone:
                self._leave_out(row["role"])
        self.files.append(opened[0].read(hashes))

    def _leave_out(self, role: str) -> None:
        if role not in _TAKEN:
            self._roster.left_out[role] = self._roster.left_out.get(role, 0) + 1

    # ------------------------------------------------------------------ enrolments

    def _read_enrolments(
        self,
        manifest: Manifest,
        columns: tuple[Column, ...],
        hashes: dict[str, tuple[str, int]],
        places: Mapping[str, Place],
    ) -> None:
        mode, roster = manifest.modes[ENROLLMENTS], self._roster
        roster.whole_enrolments = mode == "bulk"
        if (opened := self._open(ENROLLMENTS, manifest, columns)) is None:
            return
        table, columns = opened
        known: dict[str, Container[str]] = {**self._small, USERS: self._people}
        at = [table.heads.index(name) for name in _OF_ENROLMENT]
        full = RowCheck(table.name, columns, table.heads, known)
        brief = RowCheck(table.name, [one for one in columns if one.name in _OF_DELETED], table.heads, known)
        enrolling = Enrolling(roster, self.findings, table.name)
        for line, cells in table.rows:
            if table.count % _TOLD_EVERY == 0:
                self.advance(_TOLD_EVERY)
            said = [cells[place] for place in at]
            if said[1] and self._is_gone(table.name, line, said[1], mode):
                if brief.check(line, cells, self.findings):
                    enrolling.end(line, said[0])
            elif full.check(line, cells, self.findings):
                self._take_enrolment(enrolling, line, said, places)
        self.advance(table.count % _TOLD_EVERY)
        self.files.append(table.read(hashes))

    def _take_enrolment(self, enrolling: Enrolling, line: int, said: list[str], places: Mapping[str, Place]) -> None:
        name, _status, of_class, person, role, begins, ends = said
        taken = _TAKEN.get(role)
        if taken is None or (taken in STAFF_ROLES and person in self._disabled):
            left = role if taken is None else DISABLED
            self._roster.left_out[left] = self._roster.left_out.get(left, 0) + 1
            enrolling.leave(name)
            return
        place = places[of_class]
        shared = self._people[person]
        enrolling.take(line, Enrolment(name, shared, place.course, place.section, taken.value, begins, ends), place)


def columns_in(mode: str, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns as a file of changes wants them: with what has become of each row, and when."""
    if mode != "delta":
        return tuple(columns)
    further = {
        STATUS: {"form": Form.WORD, "required": True, "words": STATUSES},
        "dateLastModified": {"form": Form.TIME, "required": True},
    }
    return tuple(replace(column, **further.get(column.name, {})) for column in columns)  # type: ignore[arg-type]  # fields


def named_by(naming: Naming | None, row: SourceRow) -> str | None:
    """What the learning platform calls the person of a row. `userIds:Type` takes the id of that type."""
    if naming is None:
        return None
    column, _, kind = naming.column.partition(":")
    cell = row.get(column, "").strip()
    if column != "userIds" or not cell:
        return cell or None
    found = [each.strip().strip("{}").partition(":") for each in cell.split(",")]
    values = [value.strip() for said, _, value in found if not kind or said.strip() == kind]
    return values[0] if values else None
