"""The published archive: a directory or a zip file of seven CSV files, read row by row so that memory stays flat."""

import csv
import io
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import IO

from dashapp.domain.errors import AnalyticsError


class ArchiveError(AnalyticsError):
    """The archive is not what was published: its text is one sentence that names the file."""


class Table(StrEnum):
    """The seven files, in the order in which they are replayed."""

    COURSES = "courses"
    VLE = "vle"
    ASSESSMENTS = "assessments"
    STUDENT_INFO = "studentInfo"
    STUDENT_REGISTRATION = "studentRegistration"
    STUDENT_ASSESSMENT = "studentAssessment"
    STUDENT_VLE = "studentVle"


COLUMNS: Mapping[Table, tuple[str, ...]] = {
    Table.COURSES: ("code_module", "code_presentation", "module_presentation_length"),
    Table.VLE: ("id_site", "code_module", "code_presentation", "activity_type", "week_from", "week_to"),
    Table.ASSESSMENTS: ("code_module", "code_presentation", "id_assessment", "assessment_type", "date", "weight"),
    Table.STUDENT_INFO: (
        *("code_module", "code_presentation", "id_student", "gender", "region", "highest_education", "imd_band"),
        *("age_band", "num_of_prev_attempts", "studied_credits", "disability", "final_result"),
    ),
    Table.STUDENT_REGISTRATION: (
        *("code_module", "code_presentation", "id_student", "date_registration", "date_unregistration"),
    ),
    Table.STUDENT_ASSESSMENT: ("id_assessment", "id_student", "date_submitted", "is_banked", "score"),
    Table.STUDENT_VLE: ("code_module", "code_presentation", "id_student", "id_site", "date", "sum_click"),
}
"""The columns that are read of each file, in the order in which `Archive.rows` gives them."""

_BROKEN = (EOFError, zlib.error, zipfile.BadZipFile, OSError)
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its position in the file, counted from one, and its values in the order of COLUMNS."""

    position: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose seven files are there with all their columns. Made by `open_archive`."""

    path: Path
    members: Mapping[Table, str]
    """The file of each table: a path below a directory, or a name inside the zip."""

    @property
    def zipped(self) -> bool:
        """Whether it is a zip file rather than a directory."""
        return self.path.is_file()

    def rows(self, table: Table, after: int = 0, only: Collection[str] = ()) -> Iterator[Row]:
        """The rows behind position `after`; with `only`, those of these modules, where the table names one.

        Raises ArchiveError for a row that is cut off, and for a broken file.
        """
        place = COLUMNS[table].index("code_module") if only and "code_module" in COLUMNS[table] else None
        with self._open(table) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            try:
                chosen = _choice(table, next(reader, []))
                for position, values in enumerate(reader, start=1):
                    if position <= after:
                        continue
                    try:
                        if place is not None and values[chosen[place]] not in only:
                            continue
                        yield Row(position, tuple([values[i] for i in chosen]))
                    except IndexError:
                        raise ArchiveError(f"{table}.csv is cut off or broken in row {position}.") from None
            except (*_BROKEN, csv.Error, UnicodeDecodeError) as error:
                raise ArchiveError(f"{table}.csv cannot be read to its end: {_words(error)}.") from None

    def header(self, table: Table) -> list[str]:
        """The names of a file's columns. Raises ArchiveError when not even they can be read."""
        with self._open(table) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
            try:
                return next(csv.reader(text), [])
            except (*_BROKEN, csv.Error, UnicodeDecodeError) as error:
                raise ArchiveError(f"{table}.csv cannot be read: {_words(error)}.") from None

    def identity(self) -> bytes:
        """32 bytes that are the same for the same seven files, zipped or not, and others for any other content."""
        digest = blake2b(digest_size=32)
        for table in Table:
            size, checksum = self._checksum(table)
            digest.update(f"{table}:{size}:{checksum:08x};".encode())
        return digest.digest()

    def count(self, table: Table) -> int:
        """The number of rows, by counting lines: exact for the published files, which have no line breaks in values."""
        lines, last = 0, b"\n"
        with self._open(table) as file:
            try:
                while piece := file.read(_PIECE):
                    lines += piece.count(b"\n")
                    last = piece[-1:]
            except _BROKEN as error:
                raise ArchiveError(f"{table}.csv cannot be read to its end: {_words(error)}.") from None
        return max(0, lines + (last != b"\n") - 1)

    @contextmanager
    def _open(self, table: Table) -> Iterator[IO[bytes]]:
        member = self.members[table]
        try:
            if self.zipped:
                with zipfile.ZipFile(self.path) as opened, opened.open(member) as file:
                    yield file
            else:
                with (self.path / member).open("rb") as file:
                    yield file
        except (zipfile.BadZipFile, FileNotFoundError, PermissionError) as error:
            raise ArchiveError(f"{table}.csv cannot be opened: {_words(error)}.") from None

    def _checksum(self, table: Table) -> tuple[int, int]:
        """Size and CRC-32 of a file, which a zip's directory holds already."""
        if self.zipped:
            with zipfile.ZipFile(self.path) as opened:
                entry = opened.getinfo(self.members[table])
                return entry.file_size, entry.CRC
        size = checksum = 0
        with self._open(table) as file:
            while piece := file.read(_PIECE):
                checksum = zlib.crc32(piece, checksum)
                size += len(piece)
        return size, checksum


def open_archive(path: Path) -> Archive:
    """The archive at a path. Raises ArchiveError when it, a file or a column is missing, or the zip is cut off."""
    if not path.exists():
        raise ArchiveError(f"There is no archive at {path}.")
    archive = Archive(path, _find_members(path))
    for table in Table:
        _choice(table, archive.header(table))
    return archive


def _find_members(path: Path) -> dict[Table, str]:
    """The files wherever they stand, by their names; capitals do not matter."""
    if path.is_dir():
        names = [str(file.relative_to(path)) for file in sorted(path.rglob("*")) if file.is_file()]
    else:
        try:
            with zipfile.ZipFile(path) as opened:
                names = opened.namelist()
        except (zipfile.BadZipFile, OSError):
            raise ArchiveError(f"{path} is neither a directory nor a whole zip file; it may be cut off.") from None
    by_name = {Path(name).name.lower(): name for name in reversed(names) if "__MACOSX" not in name}
    members: dict[Table, str] = {}
    for table in Table:
        name = by_name.get(f"{table}.csv".lower())
        if name is None:
            raise ArchiveError(f"{table}.csv is missing in {path}.")
        members[table] = name
    return members


def _choice(table: Table, header: list[str]) -> tuple[int, ...]:
    """Where the columns of a table stand in its file."""
    places = {name.strip().lower(): place for place, name in enumerate(header)}
    for column in COLUMNS[table]:
        if column not in places:
            raise ArchiveError(f"{table}.csv has no column {column}.")
    return tuple(places[column] for column in COLUMNS[table])


def _words(error: BaseException) -> str:
    return str(error).rstrip(".") or "it ends too early"
