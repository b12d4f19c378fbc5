"""Reads everything of an organisation out of one snapshot, table by table, as a stream of bytes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.leaving.inventory import EVENTS, HeldTable
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId


class Sink(Protocol):
    """What takes the bytes. Each call is one row, the first of a CSV file its head."""

    def write(self, row: bytes) -> object:
        """Takes a row with the end of its line."""


@dataclass(frozen=True, slots=True)
class Whose:
    """The organisation that is read out, as it was in the snapshot."""

    organisation: OrganisationId
    sources: tuple[int, ...]
    name: str
    title: str
    public_id: str
    revision: str
    """Of the schema."""
    at: datetime
    """The moment of the snapshot."""


@contextmanager
def snapshot(database: Database, organisation: OrganisationId) -> Iterator[tuple[Connection, Whose]]:
    """One moment of the database, for as long as the block takes: whatever is written meanwhile is not seen.

    Raises NotFound where there is no such organisation, Unavailable.
    """
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        connection.execute(_ONE_MOMENT)
        act_for(connection, organisation)
        # However the server is set up, times and bytes are written in one way.
        for setting in ("datestyle = 'ISO, YMD'", "timezone = 'UTC'", "bytea_output = 'hex'"):
            connection.execute(text(f"SET LOCAL {setting}"))
        yield connection, whose(connection, organisation)


def whose(connection: Connection, organisation: OrganisationId) -> Whose:
    """Whom the transaction is about. Raises NotFound."""
    row = connection.execute(_WHOSE, {"organisation": organisation}).one_or_none()
    if row is None:
        raise NotFound("There is no such organisation.")
    return Whose(organisation, tuple(row.sources), row.name, row.title, str(row.public_id), row.revision, row.at)


def condition(held: HeldTable, organisation: OrganisationId, sources: Sequence[int]) -> str:
    """The condition that finds an organisation's rows of a table, with its numbers written out: COPY takes none."""
    listed = ",".join(str(int(source)) for source in sources)
    written = held.rows.replace(":organisation", str(int(organisation)))
    return written.replace(":sources", f"'{{{listed}}}'::integer[]")


def row_text(held: HeldTable) -> str:
    """What is selected of a table: its columns, or of events one JSON object."""
    if held.name != EVENTS:
        return ", ".join(f'"{column.name}"' for column in held.columns)
    pairs = [f"'{column.name}', \"{column.name}\"" for column in held.columns if column.name != "body"]
    return f"json_build_object({', '.join(pairs)}, 'event', convert_from(body, 'UTF8')::json)"


def copy_table(connection: Connection, held: HeldTable, of: Whose, sink: Sink) -> int:
    """Streams the rows into the sink, in no order; how many there were.

    What the sink raises ends it and comes out of here; the connection is of no use any more then.
    """
    selected = f"SELECT {row_text(held)} FROM {held.name} WHERE {condition(held, of.organisation, of.sources)}"
    return copy_out(connection, selected, LINES if held.name == EVENTS else CSV, sink)


def copy_out(connection: Connection, selected: str, manner: str, sink: Sink) -> int:
    """Streams what a statement selects into the sink; how many rows there were. Raises as `copy_table`."""
    driver = connection.connection
    guarded = _Guarded(sink, driver)
    cursor = driver.cursor()
    try:
        cursor.copy_expert(f"COPY ({selected}) TO STDOUT ({manner}, ENCODING 'UTF8')", guarded)
        rows = int(cursor.rowcount)
    except Exception:
        if guarded.failed is None:
            raise
        rows = 0
    finally:
        cursor.close()
    if guarded.failed is not None:
        connection.invalidate()
        raise guarded.failed
    return rows


class _Guarded:
    """Hands rows on until the sink fails. The driver is lost where its sink raises in the middle of a copy, so the
    server is asked to end it instead, and what still comes is let go."""

    def __init__(self, sink: Sink, driver: Any) -> None:
        self._sink = sink
        self._driver = driver
        self.failed: Exception | None = None

    def write(self, row: bytes) -> None:
        """Takes a row, as the driver gives it."""
        if self.failed is not None:
            return
        try:
            self._sink.write(row)
        except Exception as error:
            self.failed = error
            self._driver.cancel()


_ONE_MOMENT: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
_WHOSE: Final = text(
    "SELECT name, title, public_id, transaction_timestamp() AS at,"
    " (SELECT version_num FROM alembic_version) AS revision,"
    " ARRAY(SELECT source_id FROM sources WHERE organisation_id = :organisation ORDER BY source_id) AS sources"
    " FROM organisations WHERE organisation_id = :organisation"
)
CSV: Final = "FORMAT csv, HEADER"
# JSON has neither of the two characters in itself, so that each text stands in its line as it is.
LINES: Final = "FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ESCAPE E'\\x02'"
