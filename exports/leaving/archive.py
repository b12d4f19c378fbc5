"""Writes everything of an organisation into one file: a ZIP of CSV and NDJSON with its manifest."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from time import monotonic
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dashapp.data.database import Connection, Database
from dashapp.data.store.leaving.copying import Whose, copy_table, snapshot
from dashapp.data.store.leaving.figures import estimate_rows
from dashapp.data.store.leaving.inventory import EVENTS, NOT_EXPORTED, HeldTable, exported_tables
from dashapp.domain.keys import OrganisationId
from exports.leaving.manifest import MANIFEST, README, Column, File, Manifest, Organisation
from exports.leaving.readme import path_of, readme, shown_columns
from exports.packing import in_words
from exports.version import service_version

PACKED_AT_ONCE: Final = 1 << 20
"""Bytes that are gathered before they are packed: all of an export that is in memory."""
LEVEL: Final = 6
TOLD_EVERY: Final = 1.0
"""Seconds between two words about how far it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far an export is. `expected`: rows in all, about."""

    table: str
    rows: int
    expected: int


Watch = Callable[[Step], None]
"""Is told how far it is, about every second; what it raises ends the export."""


@dataclass(frozen=True, slots=True)
class WrittenExport:
    """A file that is there whole. `bytes` and `sha256` are its own."""

    path: Path
    manifest: Manifest
    bytes: int
    sha256: str


def write_export(database: Database, organisation: OrganisationId, path: Path, watch: Watch) -> WrittenExport:
    """Writes the file; it appears under its name when it is whole, and nothing of it is left where it fails.

    Raises ExportError with a sentence, NotFound where there is no such organisation, Unavailable, and what `watch`
    raises.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _private(part) as file:
                manifest = _write(database, organisation, file, watch)
                file.flush()
                os.fsync(file.fileno())
            with part.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            size = part.stat().st_size
            part.replace(path)
        except OSError as error:
            raise in_words(error, path.parent) from error
    finally:
        # It is not there any more where all went well.
        _remove(part)
    return WrittenExport(path, manifest, size, digest)


def _private(path: Path) -> IO[bytes]:
    """Opens a file that nobody but the service's own user may read: it names people."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb")


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # The folder cannot be written to, which is what the caller is being told.
        return


def _write(database: Database, organisation: OrganisationId, file: IO[bytes], watch: Watch) -> Manifest:
    tables = exported_tables()
    with (
        snapshot(database, organisation) as (connection, of),
        ZipFile(file, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive,
    ):
        expected = sum(found.rows for found in estimate_rows(connection, tables, of))
        writer = _Writer(archive, connection, of, watch, expected)
        files = [writer.text(README, readme(of)), *(writer.table(held) for held in tables)]
        manifest = Manifest(
            service_version=service_version(),
            schema_revision=of.revision,
            organisation=Organisation(id=of.public_id, name=of.name, title=of.title),
            as_of=of.at,
            files=tuple(files),
            left_out=dict(NOT_EXPORTED),
        )
        writer.text(MANIFEST, manifest.model_dump_json(indent=1))
    return manifest


@dataclass(slots=True)
class _Member:
    """A file of the archive while it is written: takes rows, packs them in large pieces, and counts."""

    packed: IO[bytes]
    tell: Callable[[int], None]
    rows: int = 0
    size: int = 0
    _gathered: bytearray = field(default_factory=bytearray)
    _digest: object = field(default_factory=sha256)

    def write(self, row: bytes) -> None:
        """Takes a row."""
        self.rows += 1
        self._gathered += row
        if len(self._gathered) >= PACKED_AT_ONCE:
            self.flush()

    def flush(self) -> str:
        """Packs what has been gathered; the SHA-256 of all of it so far, in hexadecimal."""
        self.packed.write(self._gathered)
        self._digest.update(self._gathered)  # type: ignore[attr-defined]  # hashlib's type has no name
        self.size += len(self._gathered)
        self._gathered.clear()
        self.tell(self.rows)
        return str(self._digest.hexdigest())  # type: ignore[attr-defined]


@dataclass(slots=True)
class _Writer:
    """Writes the members of one archive."""

    archive: ZipFile
    connection: Connection
    of: Whose
    watch: Watch
    expected: int
    _rows: int = 0
    _told: float = float("-inf")

    def text(self, path: str, words: str) -> File:
        """A file of words."""
        body = words.encode()
        self.archive.writestr(self._info(path), body)
        return File(path=path, bytes=len(body), sha256=sha256(body).hexdigest())

    def table(self, held: HeldTable) -> File:
        """A table. The head of a CSV file is no row of it."""
        path, is_events = path_of(held), held.name == EVENTS
        self._tell(held.name, 0)
        # Its size is not known before: the large form of ZIP's fields, which every program reads.
        with self.archive.open(self._info(path), "w", force_zip64=True) as packed:
            member = _Member(packed, lambda rows: self._tell(held.name, rows))
            rows = copy_table(self.connection, held, self.of, member)
            digest = member.flush()
        self._rows += rows
        return File(
            path=path,
            bytes=member.size,
            sha256=digest,
            table=held.name,
            format="ndjson" if is_events else "csv",
            rows=rows,
            columns=tuple(
                Column(name=column.name, type=column.kind.lower(), nullable=column.nullable, key=column.is_key)
                for column in shown_columns(held)
            ),
            left_out=held.left_out,
        )

    def _info(self, path: str) -> ZipInfo:
        info = ZipInfo(path, self.of.at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info

    def _tell(self, table: str, rows: int) -> None:
        now = monotonic()
        if now - self._told >= TOLD_EVERY:
            self._told = now
            self.watch(Step(table, self._rows + rows, max(self.expected, self._rows + rows)))
