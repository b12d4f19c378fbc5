"""Files that administrators send from the browser, until what they are for has read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

KEPT: Final = timedelta(days=7)
"""So long is a file kept, unless what reads it asks for longer."""
LONGEST_NAME: Final = 200
"""Characters of a file's name."""
LONGEST_FILE_NAME: Final = 255
"""Bytes, as file systems have it."""


class Purpose(StrEnum):
    """What a file was sent for."""

    ROSTER = "roster"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived whole. `key` names it in the browser and on the disk; `name` is what its sender's machine
    called it, and is only ever shown."""

    key: UUID
    name: str
    bytes: int
    sha256: str
    purpose: Purpose
    sent_by: str
    received_at: datetime
    kept_until: datetime


def file_name(said: str) -> str:
    """A name that a file can have, with the ending of what its sender's machine called it."""
    if not said.strip("."):
        return "file"
    stem, dot, ending = said.rpartition(".")
    while len(said.encode()) > LONGEST_FILE_NAME:
        stem, ending = stem[:-1], ending if stem else ending[:-1]
        said = f"{stem}{dot}{ending}"
    return said


def plain_name(said: str) -> str:
    """The name of a file without its folders and without what cannot be shown; never empty."""
    last = said.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    # A long name is cut before its ending, which says what is in the file.
    stem, dot, ending = shown.rpartition(".")
    room = LONGEST_NAME - len(ending) - 1
    cut = f"{stem[:room]}{dot}{ending}" if dot and len(shown) > LONGEST_NAME and room > 0 else shown[:LONGEST_NAME]
    return cut if cut.strip(".") else "file"
