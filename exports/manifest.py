"""What an export consists of, as it says about itself: files, rows, columns, filters, moment and hashes."""

from datetime import date, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dashapp.domain.reports.answers import Answer
from exports.content import Content, omitted_words, state_words
from exports.tables.sheets import Sheet
from exports.version import service_version

MANIFEST: Final = "manifest.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableColumn(_Part):
    """A column of a table."""

    key: str
    label: str
    kind: str


class Table(_Part):
    """The answer to one question. `rows` are those of the file; what is not among them stands beside it."""

    block: UUID | None
    title: str
    state: str
    rows: int
    columns: tuple[TableColumn, ...]
    first: date | None
    last: date | None
    question: dict[str, object] | None
    """As the report has it: measures, dimensions, period and filters."""
    filters: str
    """In words."""
    hidden: int
    left_out: int
    notes: tuple[str, ...]


class ExportedFile(_Part):
    """One file, as it stands in the archive or by itself; `table`: the place of its table among `tables`."""

    path: str
    bytes: int
    sha256: str
    table: int | None = None


class Manifest(_Part):
    """The whole. `as_of`: the moment that all of it shows, in UTC."""

    format: Literal["learning-analytics-report-export"] = "learning-analytics-report-export"
    format_version: Literal[1] = 1
    service_version: str
    title: str
    organisation: str
    locale: str
    time_zone: str
    as_of: datetime
    tables: tuple[Table, ...]
    letters_missing: str = ""
    """Letters of the document for which the server has no font: they stand in it as empty boxes."""
    files: tuple[ExportedFile, ...] = ()

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables)


def manifest_of(content: Content) -> Manifest:
    """What there is to be said before there are files."""
    report = content.report
    tables = tuple(
        _table(sheet, content.answer(block)).model_copy(
            update={
                "block": block.id,
                "question": block.question.model_dump(mode="json"),
                "filters": content.wording.choice(block.question),
            }
        )
        for block, sheet in content.sheets()
    )
    return Manifest(
        service_version=service_version(),
        title=report.title,
        organisation=content.organisation,
        locale=report.locale,
        time_zone=report.time_zone,
        as_of=content.as_of,
        tables=tables,
    )


def file_of(path: Path, name: str, table: int | None = None) -> ExportedFile:
    """What is said of a file. Raises OSError."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return ExportedFile(path=name, bytes=path.stat().st_size, sha256=digest, table=table)


def columns_of(sheet: Sheet) -> tuple[TableColumn, ...]:
    """The columns of a sheet."""
    return tuple(TableColumn(key=head.key, label=head.label, kind=head.kind.value) for head in sheet.heads)


def _table(sheet: Sheet, answer: Answer) -> Table:
    words = state_words(answer)
    return Table(
        block=None,
        title=sheet.title,
        state=answer.state.value,
        rows=len(sheet.rows),
        columns=columns_of(sheet),
        first=None if answer.days is None else answer.days.first,
        last=None if answer.days is None else answer.days.last,
        question=None,
        filters="",
        hidden=answer.hidden,
        left_out=answer.left_out,
        notes=(*((words,) if words else ()), *omitted_words(answer)),
    )
