"""The files of a roster: a folder, a zip file, or a single CSV file. They are read row by row, and twice: once to find
out in which encoding they are."""

import codecs
import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import FileRead, RosterError

LARGEST_FILE: Final = 2 * 1024**3
"""Bytes of one file when it is unpacked: a small zip file must not become a flood."""
MOST_FILES: Final = 200
LONGEST_CELL: Final = 65_536
_PIECE: Final = 1 << 20
LARGEST_ALL: Final = 8 * 1024**3
"""Bytes of all files together."""
_BROKEN: Final = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError),
    UnicodeError,
)
"""How a file shows that it is none, or is damaged."""
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""What files begin with that say in which encoding they are."""
_ESCAPED: Final = frozenset(map(chr, range(0xDC80, 0xDD00)))
_UNDEFINED: Final = frozenset(chr(0xDC00 + byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
"""Bytes that Windows-1252 has no letter for; Latin-1 has control characters there."""

Rows = Iterator[tuple[int, list[str]]]
"""(line, cells); the line is that in which the row ends."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Files by their names without a folder. Made by `open_archive`."""

    path: Path
    members: dict[str, str]
    """Name → what it is called within the folder or the zip file."""
    zipped: bool

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a file. Raises RosterError."""
        try:
            if self.zipped:
                with zipfile.ZipFile(self.path) as opened:
                    return opened.open(self.members[name])
            return (self.path / self.members[name] if self.path.is_dir() else self.path).open("rb")
        except _BROKEN:
            raise RosterError(f"{name} cannot be read.") from None

    def hashes(self) -> dict[str, tuple[str, int]]:
        """File → its SHA-256 and its size in bytes. Raises RosterError."""
        found, total = dict[str, tuple[str, int]](), 0
        for name in sorted(self.members):
            found[name] = self._hash(name)
            total += found[name][1]
            if total > LARGEST_ALL:
                raise RosterError("The files together are larger than is taken.")
        return found

    def _hash(self, name: str) -> tuple[str, int]:
        digest, size = sha256(), 0
        try:
            with self.open(name) as file:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if size > LARGEST_FILE:
                        raise RosterError(f"{name} is larger than is taken.")
                    digest.update(piece)
        except _BROKEN:
            raise RosterError(f"{name} cannot be read to its end: it may be cut off.") from None
        return digest.hexdigest(), size


def open_archive(path: Path) -> Archive:
    """The archive at a path. Raises RosterError with one sentence where there is none."""
    try:
        if path.is_dir():
            found = sorted(each.name for each in path.iterdir() if each.suffix.lower() == ".csv" and each.is_file())
            return Archive(path, {name: name for name in found}, zipped=False)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as opened:
                return Archive(path, _members(opened), zipped=True)
        if path.suffix.lower() == ".zip" and path.is_file():
            raise RosterError(f"{path.name} is no zip file, or it is cut off.")
        if path.is_file():
            return Archive(path, {path.name: path.name}, zipped=False)
    except _BROKEN:
        raise RosterError(f"{path.name} cannot be read.") from None
    raise RosterError(f"There is no file and no folder {path.name}.")


def _members(opened: zipfile.ZipFile) -> dict[str, str]:
    entries = [each for each in opened.infolist() if not each.is_dir() and each.filename.lower().endswith(".csv")]
    # Archives of macOS carry a shadow of each file.
    entries = [each for each in entries if not each.filename.startswith("__MACOSX/")]
    if len(entries) > MOST_FILES or any(each.file_size > LARGEST_FILE for each in entries):
        raise RosterError("The zip file holds more than is taken.")
    names = {each.filename.rpartition("/")[2]: each.filename for each in entries}
    if len(names) != len(entries):
        raise RosterError("The zip file holds several files of one name, in different folders.")
    return names


@dataclass(slots=True)
class Encoding:
    """In which encoding a file is; `trouble`: why it cannot be read, and from which line on."""

    name: str
    trouble: Reason | None = None
    line: int | None = None


def encoding_of(file: IO[bytes]) -> Encoding:
    """UTF-8 with or without a mark, UTF-16 by its mark or by its zeros, else Windows-1252, which contains Latin-1.

    A file that has letters in UTF-8 and bytes that are none is in no encoding: guessing one would spoil the letters.
    """
    begin = file.read(4096)
    for mark, name in _MARKS:
        if begin.startswith(mark):
            return _strictly(file, begin, name)
    if begin[1::2].count(0) > len(begin) // 4:
        return _strictly(file, begin, "utf-16-le")
    if begin[0::2].count(0) > len(begin) // 4:
        return _strictly(file, begin, "utf-16-be")
    return _utf8_or_older(file, begin)


def _strictly(file: IO[bytes], begin: bytes, name: str) -> Encoding:
    decoder, lines, piece = codecs.getincrementaldecoder(name)(), 1, begin
    try:
        while piece:
            lines += decoder.decode(piece).count("\n")
            piece = file.read(_PIECE)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return Encoding(name, Reason.MIXED_ENCODING, lines + error.object.count(b"\n", 0, error.start))
    return Encoding(name)


def _utf8_or_older(file: IO[bytes], begin: bytes) -> Encoding:
    found = _strictly(file, begin, "utf-8")
    if found.trouble is None:
        return found
    file.seek(0)
    # What is not UTF-8 becomes U+DC80 to U+DCFF, which no text has otherwise.
    decoder, lines, broken, strange = codecs.getincrementaldecoder("utf-8")("surrogateescape"), 1, None, set[str]()
    while piece := file.read(_PIECE):
        text = decoder.decode(piece)
        if not text.isascii():
            letters = {letter for letter in text if letter > "\x7f"}
            if broken is None and (escaped := letters & _ESCAPED):
                broken = lines + text.count("\n", 0, min(text.index(letter) for letter in escaped))
            strange |= letters
        lines += text.count("\n")
    if strange - _ESCAPED:
        return Encoding("utf-8", Reason.MIXED_ENCODING, broken or lines)
    return Encoding("latin-1" if strange & _UNDEFINED else "cp1252", Reason.GUESSED_ENCODING, broken or lines)


@dataclass(slots=True)
class Table:
    """A file with its heads, ready to be read once."""

    name: str
    heads: list[str]
    rows: Rows
    encoding: str
    count: int = 0

    def read(self, hashes: dict[str, tuple[str, int]]) -> FileRead:
        """What is remembered of it, after its rows have been read."""
        digest, size = hashes[self.name]
        return FileRead(self.name, digest, size, self.count, self.encoding)


def open_table(archive: Archive, name: str, findings: Findings) -> Table | None:
    """The heads and rows of a file; None after a finding. Rows that cannot be read to their end are findings, too.

    Raises RosterError where the file itself is broken.
    """
    try:
        with archive.open(name) as file:
            encoding = encoding_of(file)
    except _BROKEN:
        raise RosterError(f"{name} cannot be read to its end: it may be cut off.") from None
    if encoding.trouble is not None:
        findings.add(encoding.trouble, name, encoding.line, value=encoding.name)
        if encoding.trouble.stops:
            return None
    delimiter = _delimiter(archive, name, encoding.name)
    with _text(archive, name, encoding.name) as text:
        try:
            heads = [head.strip() for head in next(csv.reader(text, delimiter=delimiter, strict=True), [])]
        except csv.Error:
            findings.add(Reason.BROKEN_ROW, name, 1)
            return None
    if not any(heads):
        findings.add(Reason.EMPTY_FILE, name)
        return None
    for head in sorted({head for head in heads if head and heads.count(head) > 1}):
        findings.add(Reason.REPEATED_COLUMN, name, 1, head)
    table = Table(name, heads, iter(()), encoding.name)
    table.rows = _rows(table, archive, delimiter, findings)
    return table


def _text(archive: Archive, name: str, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(archive.open(name), encoding, newline="")


def _rows(table: Table, archive: Archive, delimiter: str, findings: Findings) -> Rows:
    """Opens the file when the first row is asked for."""
    with _text(archive, table.name, table.encoding) as text:
        reader, width = csv.reader(text, delimiter=delimiter, strict=True), len(table.heads)
        next(reader, None)
        try:
            for cells in reader:
                if len(cells) != width:
                    # A line with nothing in it is no row; spreadsheets leave some at the end.
                    if any(cells):
                        findings.add(Reason.WRONG_LENGTH, table.name, reader.line_num, value=str(len(cells)))
                    continue
                table.count += 1
                yield reader.line_num, cells
        except (csv.Error, UnicodeDecodeError):
            findings.add(Reason.BROKEN_ROW, table.name, reader.line_num)
        except _BROKEN:
            raise RosterError(f"{table.name} cannot be read to its end: it may be cut off.") from None


def _delimiter(archive: Archive, name: str, encoding: str) -> str:
    """A comma, or what spreadsheets of some languages write instead of it: whichever is most often in the heads."""
    with _text(archive, name, encoding) as text:
        heads = text.readline(LONGEST_CELL)
    return max(",;\t", key=lambda letter: (heads.count(letter), letter == ","))
