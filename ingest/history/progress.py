"""How far an import has come, in a small file, so that the same command goes on from there."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ingest.history.ways import Refusal


class Mark(msgspec.Struct, frozen=True):
    """Everything up to this record of this part is safe, and so are all parts before it."""

    part: str
    position: int


class ProgressFile:
    """One import of the same content into one organisation. Losing the file costs time only: the ledger knows each
    event."""

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

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps a second process on this machine from the same import; a process that was killed holds nothing.

        Raises Refusal. Two processes on different machines would count nothing twice either: the ledger sees to that.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refusal("The same import is running already, in another process.") from None
            yield
