"""What a test of an import holds against each other: the published archive, and what stands in the database."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.classroom import classroom_view
from dashapp.data.queries.classroom_work import read_classroom_work
from dashapp.data.queries.room import read_room
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.audience import Audience
from dashapp.domain.clock import system_clock
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, PersonId
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import ClassroomView, ClassroomWorkView
from dashapp.settings import Settings, load_settings
from ingest.history import ways
from ingest.oulad.archive import Archive
from ingest.oulad.importing import Importer, Tally, Wishes

CLICKS = "studentVle.csv"


@dataclass
class Silent:
    """Notes what is said, and stops the import after some rows."""

    importer: Importer | None = None
    stop_after: int | None = None
    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def advance(self, tally: ways.Tally) -> None:
        if self.importer is not None and self.stop_after is not None and tally.rows >= self.stop_after:
            self.importer.stop.set()


@dataclass(frozen=True)
class Imported:
    """A database with an archive in it."""

    database: Database
    organisation: str = "oulad"

    def rows(self, statement: str) -> list[Any]:
        with self.database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation_id = find_organisation(connection, self.organisation)
        with self.database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
            return list(connection.execute(text(statement)).all())

    def one(self, statement: str) -> Any:
        (row,) = self.rows(statement)
        return row[0] if len(row) == 1 else tuple(row)


class Csv:
    """The published files as plain rows, read here without any of the importer's code."""

    def __init__(self, path: Path, modules: set[str]) -> None:
        self._path = path
        self._modules = modules
        self.assessments = {row["id_assessment"]: row for row in self.table("assessments")}
        self.students = self.table("studentInfo")
        self.registrations = self.table("studentRegistration")
        self.submissions = [row for row in self.table("studentAssessment") if row["id_assessment"] in self.assessments]
        self.click_rows = 0
        self.clicks: Counter[str] = Counter()
        for module, _, student, _, _, clicks in self._rows("studentVle"):
            if module in modules:
                self.click_rows += 1
                self.clicks[student] += int(clicks)

    def table(self, name: str) -> list[dict[str, str]]:
        rows = self._rows(name)
        header = next(rows)
        named = (dict(zip(header, row, strict=True)) for row in rows)
        return [row for row in named if row.get("code_module") in (None, *self._modules)]

    def _rows(self, name: str) -> Iterator[list[str]]:
        with (
            zipfile.ZipFile(self._path) as opened,
            opened.open(f"{name}.csv") as file,
            io.TextIOWrapper(file) as lines,
        ):
            yield from csv.reader(lines)


def part_of(path: Path, module: str, into: Path, few: int | None = None) -> Path:
    """The rows of one module of the published archive as an archive of its own, written into `into`; of its `few` first
    students only. Reading all clicks of all modules takes longer than importing one."""
    begin = f'"{module}",'.encode()
    with zipfile.ZipFile(path) as opened:
        texts = {name: opened.read(name).splitlines(keepends=True) for name in opened.namelist() if name != CLICKS}
        with opened.open(CLICKS) as file:
            texts[CLICKS] = [next(file), *(line for line in file if line.startswith(begin))]
    students = sorted({_cells(line)[2] for line in texts["studentInfo.csv"] if line.startswith(begin)})[:few]
    works = {_cells(line)[2] for line in texts["assessments.csv"] if line.startswith(begin)}

    def belongs(name: str, cells: list[str]) -> bool:
        if name == "studentAssessment.csv":
            return cells[0] in works and cells[1] in students
        return module in cells[:2] and (not name.startswith("student") or cells[2] in students)

    with zipfile.ZipFile(into / f"{module}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
        for name, lines in texts.items():
            kept = (line for line in lines[1:] if belongs(name, _cells(line)))
            written.writestr(name, b"".join((lines[0], *kept)))
    return into / f"{module}.zip"


def _cells(line: bytes) -> list[str]:
    return next(csv.reader([line.decode()]))


def settings_in(directory: Path, **values: Any) -> Settings:
    return load_settings(_env_file=None, data_dir=directory, demo=False, **values)


def import_all(settings: Settings, database: Database, archive: Archive, **wishes: Any) -> Tally:
    return Importer(settings, database, archive, Wishes(**wishes), system_clock).run(Silent())


def classroom_of(imported: Imported, course: int, filters: Filters) -> tuple[ClassroomView, ClassroomWorkView]:
    """Both rounds of a course's page, as its teacher sees them now."""
    with imported.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = find_organisation(connection, imported.organisation)
    assert organisation is not None
    key = CourseId(course)
    scope = Scope(organisation, PersonId(0), Audience.NAMED, frozenset({key}), None)
    with imported.database.transaction(DatabaseRole.WEB, organisation) as connection:
        room = read_room(connection, scope, AsOf(datetime.now(UTC)), filters, key)
        return classroom_view(room, filters), read_classroom_work(connection, room)
