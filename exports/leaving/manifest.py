"""What an export consists of, as the file says it about itself: `manifest.json`."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

FORMAT: Final = "learning-analytics-organisation-export"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
README: Final = "README.md"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Part):
    """A column of a file. `type` is PostgreSQL's name of it."""

    name: str
    type: str
    nullable: bool
    key: bool


class File(_Part):
    """One file of the archive. `bytes` and `sha256` are of what stands in it, not of how it is packed."""

    path: str
    bytes: int
    sha256: str
    table: str | None = None
    format: Literal["csv", "ndjson", "text"] = "text"
    rows: int | None = None
    columns: tuple[Column, ...] = ()
    left_out: tuple[str, ...] = ()
    """Columns of the table that are secrets of the installation."""


class Organisation(_Part):
    """Whose export it is."""

    id: str
    name: str
    title: str


class Manifest(_Part):
    """The whole. `as_of`: the moment that all files show, in UTC. `left_out`: tables that are not there, with why."""

    format: Literal["learning-analytics-organisation-export"] = FORMAT
    format_version: int = FORMAT_VERSION
    service_version: str
    schema_revision: str
    organisation: Organisation
    as_of: datetime
    files: tuple[File, ...]
    left_out: dict[str, str]

    @property
    def rows(self) -> int:
        """Of all files together."""
        return sum(file.rows or 0 for file in self.files)
