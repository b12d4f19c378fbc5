"""Compares an export with what its manifest says."""

import csv
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile

from pydantic import ValidationError

from dashapp.domain.errors import AnalyticsError
from exports.leaving.manifest import MANIFEST, File, Manifest

_AT_ONCE: Final = 1 << 20
LARGEST_MANIFEST: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `faults`: a sentence each; none where the export is as it was written."""

    manifest: Manifest
    faults: tuple[str, ...]


def verify_export(path: Path) -> Verdict:
    """Reads every file of an export. Raises AnalyticsError with a sentence where it is no export that can be read."""
    try:
        with ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            return Verdict(manifest, tuple(_faults(archive, manifest)))
    except FileNotFoundError:
        raise AnalyticsError(f"There is no file {path}.") from None
    except (BadZipFile, zlib.error, EOFError) as error:
        raise AnalyticsError(f"{path} is no whole ZIP file: {error}.") from error
    except OSError as error:
        raise AnalyticsError(f"{path} cannot be read: {error.strerror or error}.") from error


def _manifest(archive: ZipFile, path: Path) -> Manifest:
    try:
        with archive.open(MANIFEST) as file:
            return Manifest.model_validate_json(file.read(LARGEST_MANIFEST))
    except KeyError:
        raise AnalyticsError(f"{path} has no {MANIFEST}: it is no export of an organisation.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AnalyticsError(f"The {MANIFEST} of {path} cannot be understood: {where}: {first['msg']}.") from None


def _faults(archive: ZipFile, manifest: Manifest) -> Iterator[str]:
    there = archive.namelist()
    named = {file.path for file in manifest.files} | {MANIFEST}
    yield from (f"{path} is not in the manifest." for path in sorted(set(there) - named))
    yield from (f"{path} is there more than once." for path in sorted(named) if there.count(path) > 1)
    for file in manifest.files:
        if file.path not in there:
            yield f"{file.path} is missing."
            continue
        try:
            with archive.open(file.path) as stream:
                yield from _compare(file, stream)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError):
            yield f"{file.path} is damaged."


def _compare(file: File, stream: IO[bytes]) -> Iterator[str]:
    hashed = _Hashed(stream)
    rows = None
    try:
        rows = _rows(file, hashed)
    except (csv.Error, UnicodeDecodeError):
        yield f"{file.path} is not in the form that the manifest says."
    while hashed.read(_AT_ONCE):
        pass
    if (hashed.size, hashed.digest.hexdigest()) != (file.bytes, file.sha256):
        yield f"{file.path} is not what was written: its SHA-256 differs."
    elif rows is not None and rows != file.rows:
        yield f"{file.path} has {rows} rows, not {file.rows}."


def _rows(file: File, stream: "_Hashed") -> int | None:
    if file.format == "text":
        return None
    lines = io.TextIOWrapper(io.BufferedReader(stream, _AT_ONCE), encoding="utf-8", newline="")
    if file.format == "ndjson":
        return sum(1 for _line in lines)
    csv.field_size_limit(1 << 30)
    reader = csv.reader(lines)
    head = next(reader, [])
    if head != [column.name for column in file.columns]:
        raise csv.Error("another head")
    return sum(1 for _row in reader)


class _Hashed(io.RawIOBase):
    """A stream that is hashed as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.digest = sha256()
        self.size = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Stays open for whoever reads what is left, when those who parsed a part of it are gone."""

    def readinto(self, buffer: object) -> int:
        """Reads into a buffer, as `io` wants it."""
        view = memoryview(buffer)  # type: ignore[arg-type]  # any buffer
        piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        self.digest.update(piece)
        self.size += len(piece)
        return len(piece)
