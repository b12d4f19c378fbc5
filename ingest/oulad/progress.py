"""How far an import has come, in a small file, so that the same command goes on from there."""

from pathlib import Path

import msgspec

from ingest.oulad.archive import Table


class Mark(msgspec.Struct, frozen=True):
    """Everything up to this row of this table is safe, and so are all tables before it."""

    table: Table
    position: int


class ProgressFile:
    """One import of one archive into one organisation. Losing the file costs time only: the ledger knows each event."""

    def __init__(self, directory: Path, name: str) -> None:
        """`name` tells imports apart; the directory is made at the first mark."""
        self._path = directory / f"{name}.json"

    def read(self) -> Mark | None:
        """The last mark; None where nothing is known."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def write(self, mark: Mark) -> None:
        """Replaces the mark at once: a reader finds the old one or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(mark))
        fresh.replace(self._path)
