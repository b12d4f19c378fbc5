"""Makes files of rows in large numbers: streamed out of one snapshot by COPY, in memory that stays the same."""

import csv
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.course_names import read_organisation_title
from dashapp.data.queries.extracts import Selection, copy_csv, copy_objects, select_rows
from dashapp.data.store.export_runs import TakenRun
from dashapp.domain.clock import Clock
from dashapp.domain.principal import Principal
from dashapp.domain.reports.answers import ColumnKind, Value
from dashapp.domain.reports.exports import ExportFormat, Extract, Trouble
from dashapp.domain.scope import AsOf
from dashapp.domain.spreadsheets import MARK
from dashapp.words import _
from exports.beating import Heart
from exports.making import MEDIA, Made
from exports.manifest import Manifest, Table, columns_of, file_of
from exports.packing import ExportError, in_words, sealed
from exports.tables.parquet_files import COMPRESSION, schema_of
from exports.tables.sheets import Head, Row, Sheet, TableError
from exports.tables.xlsx_files import Notes, write_xlsx
from exports.version import service_version

STEP_ROWS: Final = 1_000
"""What progress is counted in."""
_PIECE: Final = 1 << 20
_BLOCK: Final = 1 << 20
"""Bytes of the spool that are read into columns at once. Arrow reads up to 32 blocks ahead: what memory grows by."""
_ROW_GROUP: Final = 1 << 16
"""Rows of a row group at least: readers of Parquet work by the group, and small ones cost them time."""


@dataclass(frozen=True, slots=True)
class ExtractMaker:
    """Makes extracts of one installation."""

    database: Database
    clock: Clock
    extracts: ClassVar[bool] = True

    def make(self, principal: Principal, run: TakenRun, where: Path, heart: Heart) -> Made:
        """As `exports.serving.Maker`."""
        try:
            extract = Extract.model_validate(run.extract)
        except ValueError as error:
            raise ExportError(Trouble.ERROR, "What is to be extracted cannot be read.") from error
        try:
            where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with TemporaryDirectory(dir=where.parent, prefix=".making-") as folder:
                return self._made(principal, (extract, run.form), (Path(folder), where), heart)
        except OSError as error:
            raise in_words(error, where.parent) from error
        except TableError as error:
            raise ExportError(error.trouble, str(error)) from error

    def _made(
        self, principal: Principal, asked: tuple[Extract, ExportFormat], places: tuple[Path, Path], heart: Heart
    ) -> Made:
        (extract, form), (folder, where), as_of = asked, places, AsOf(self.clock())
        whole = folder / f"{extract.table}.{form}"
        with self.database.snapshot(DatabaseRole.JOBS, principal.organisation_id) as connection:
            organisation = read_organisation_title(connection, principal)
            selection = select_rows(connection, principal, extract, as_of)
            spool = _Spool(selection, folder / "rows.csv", heart)
            rows = spool.copy(connection, form, whole)
        manifest = _manifest(extract, selection, organisation, (as_of, rows))
        spool.convert(form, whole, rows)
        sealed(whole)
        name = f"{extract.first}-{extract.last}-{extract.table}.{form}"
        own = file_of(whole, name, 0)
        whole.replace(where)
        return Made(where, name, MEDIA[form], manifest.model_copy(update={"files": (own,)}), own.bytes, own.sha256)


@dataclass(slots=True)
class _Spool:
    """Rows on their way through a file, so that the snapshot is given back before slow formats are written."""

    selection: Selection
    path: Path
    heart: Heart

    def copy(self, connection: Connection, form: ExportFormat, whole: Path) -> int:
        """Streams the rows out of the database: text formats as they are to be, others for `convert`."""
        match form:
            case ExportFormat.CSV:
                with self._sink(whole) as sink:
                    sink.file.write(MARK.encode())
                    return copy_csv(connection, self.selection.harmless, sink)
            case ExportFormat.JSON:
                with self._sink(whole) as sink:
                    columns = [{"key": head.key, "kind": head.kind.value} for head in self.heads]
                    sink.file.write(b'{"tables":[{"columns":' + orjson.dumps(columns) + b',"rows":[')
                    rows = copy_objects(connection, self.selection.plain, _Objects(sink))
                    sink.file.write(b'],"count":' + str(rows).encode() + b"}]}\n")
                    return rows
            case _:
                with self._sink(self.path) as sink:
                    return copy_csv(connection, self.selection.plain, sink)

    def convert(self, form: ExportFormat, whole: Path, rows: int) -> None:
        """Writes what is no text from the rows that have been copied."""
        sheet = Sheet(whole.stem, whole.stem, self.heads, _SpooledRows(self, rows))
        if form is ExportFormat.PARQUET:
            self._parquet(sheet, whole)
        elif form is ExportFormat.XLSX:
            write_xlsx([sheet], Notes(_("Notes"), ((_("Instants"), _("In UTC, to the second.")),)), whole)

    @property
    def heads(self) -> tuple[Head, ...]:
        """The columns."""
        return tuple(Head(column.key, column.key, column.kind) for column in self.selection.columns)

    def step(self, rows: int) -> None:
        """Tells how far it is."""
        done = rows // STEP_ROWS
        self.heart.step(done, max(self.selection.expected // STEP_ROWS, done) + 1)

    def _sink(self, path: Path) -> "_Counting":
        return _Counting(path, self)

    def _parquet(self, sheet: Sheet, whole: Path) -> None:
        schema = schema_of(sheet)
        read = pacsv.open_csv(
            self.path,
            read_options=pacsv.ReadOptions(block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            # A missing value stands without quotes, an empty text within them.
            convert_options=pacsv.ConvertOptions(
                column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )
        with whole.open("wb") as file, pq.ParquetWriter(file, schema, compression=COMPRESSION) as writer:
            group: list[pa.RecordBatch] = []
            for batch in read:
                group.append(batch)
                self.heart.step(0, 1)
                if sum(each.num_rows for each in group) >= _ROW_GROUP:
                    writer.write_table(pa.Table.from_batches(group).cast(schema))
                    group.clear()
            if group:
                writer.write_table(pa.Table.from_batches(group).cast(schema))


@dataclass(slots=True)
class _Counting:
    """A file that counts the rows that are written to it."""

    path: Path
    spool: _Spool
    rows: int = 0
    file: Any = field(init=False)

    def __enter__(self) -> "_Counting":
        self.file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", _PIECE)
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.close()

    def write(self, row: bytes) -> None:
        """Takes a row."""
        self.file.write(row)
        self.rows += 1
        if not self.rows % STEP_ROWS:
            self.spool.step(self.rows)


@dataclass(slots=True)
class _Objects:
    """Writes lines of objects as members of one list."""

    sink: _Counting
    _between: bytes = b"\n"

    def write(self, row: bytes) -> None:
        """Takes a line."""
        self.sink.write(self._between + row.rstrip(b"\n"))
        self._between = b",\n"


@dataclass(frozen=True, slots=True)
class _SpooledRows:
    """The rows that have been copied, typed."""

    spool: _Spool
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        readers = [_READERS.get(head.kind, _text) for head in self.spool.heads]
        with self.spool.path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            next(lines)
            for number, line in enumerate(lines):
                if not number % STEP_ROWS:
                    self.spool.heart.step(0, 1)
                yield tuple(read(cell) if cell else None for read, cell in zip(readers, line, strict=True))


def _text(cell: str) -> Value:
    return cell


def _instant(cell: str) -> Value:
    return datetime.fromisoformat(cell).astimezone(UTC)


_READERS: Final[Mapping[ColumnKind, Callable[[str], Value]]] = {
    ColumnKind.COUNT: int,
    ColumnKind.MINUTES: float,
    ColumnKind.DAY: date.fromisoformat,
    ColumnKind.INSTANT: _instant,
}


def _manifest(extract: Extract, selection: Selection, organisation: str, found: tuple[AsOf, int]) -> Manifest:
    as_of, rows = found
    heads = tuple(Head(column.key, column.key, column.kind) for column in selection.columns)
    table = Table(
        block=None,
        title=extract.table.value,
        state="shown",
        rows=rows,
        columns=columns_of(Sheet(extract.table.value, extract.table.value, heads, ())),
        first=extract.first,
        last=extract.last,
        question=extract.model_dump(mode="json"),
        filters="",
        hidden=0,
        left_out=0,
        notes=(),
    )
    return Manifest(
        service_version=service_version(),
        title=extract.table.value,
        organisation=organisation,
        locale="en",
        time_zone="UTC",
        as_of=as_of.instant,
        tables=(table,),
    )
