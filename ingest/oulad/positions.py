"""Event ids from a row's position: rows of the archive repeat each other in all columns and are all real."""

from collections.abc import Mapping

from ingest.oulad.archive import Table

_NUMBERS: Mapping[Table, int] = {table: number for number, table in enumerate(Table)}
EVENTS_PER_ROW = 4
"""A row becomes at most these many events."""


class EventIds:
    """UUIDs in the layout of version 7 that rise with the position.

    Where version 7 has its clock stand 48 bits of the archive's digest, then the number of the table, then the row. The
    ledger keeps such ids as they are, and since they rise, it writes its index in one place only.
    """

    __slots__ = ("_prefix",)

    def __init__(self, identity: bytes) -> None:
        """`identity`: the archive's digest, at least six bytes."""
        clock = identity[:6].hex()
        self._prefix = {table: f"{clock[:8]}-{clock[8:]}-7{number:03x}-" for table, number in _NUMBERS.items()}

    def at(self, table: Table, position: int, event: int = 0) -> str:
        """The id of the n-th event of a row."""
        low = f"{0x8000_0000_0000_0000 | position * EVENTS_PER_ROW + event:016x}"
        return f"{self._prefix[table]}{low[:4]}-{low[4:]}"
