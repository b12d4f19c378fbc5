"""Where the files stand that administrators have sent: below DATA_DIR, a folder for each organisation.

Only their rows say what they are. A file has the name of its key, and nobody but the service's own user may read it.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage, rmtree
from time import time
from typing import Final
from uuid import UUID

from dashapp.observability.logging import get_logger

log = get_logger(__name__)

FOLDER: Final = "uploads"
RESERVE: Final = 268_435_456
"""Bytes of the disk that are left free: the database may stand on the same one."""
ABANDONED_SECONDS: Final = 3600.0
"""A file that nobody has written to for so long, and that has no row, has lost its sender."""
_COMING: Final = ".part"


@dataclass(frozen=True, slots=True)
class UploadFolder:
    """The files of one installation. All its processes have to see the same folder."""

    root: Path

    @classmethod
    def below(cls, data_dir: Path) -> "UploadFolder":
        """The folder of a process, by its setting DATA_DIR."""
        return cls(data_dir / FOLDER)

    def of(self, organisation: UUID) -> Path:
        """The folder of an organisation, by its public id; it need not be there."""
        return self.root / str(organisation)

    def file(self, organisation: UUID, key: UUID) -> Path:
        """A file that has arrived whole."""
        return self.of(organisation) / str(key)

    def coming(self, organisation: UUID, key: UUID) -> Path:
        """The same file while it arrives."""
        return self.of(organisation) / f"{key}{_COMING}"

    def make(self, organisation: UUID) -> None:
        """Makes the folder of an organisation. Raises OSError."""
        self.of(organisation).mkdir(mode=0o700, parents=True, exist_ok=True)

    def has_room(self, size: int) -> bool:
        """Whether so many more bytes fit on the disk. Raises OSError."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return disk_usage(self.root).free - RESERVE >= size

    def tidy(self, organisation: UUID, kept: Collection[UUID]) -> int:
        """Removes the files that have no row, and what broken connections of killed processes have left; how many."""
        names, gone = {str(key) for key in kept}, 0
        # A folder that is not there holds nothing.
        with suppress(OSError):
            for path in self.of(organisation).iterdir():
                with suppress(OSError):
                    # A file gets its row a moment after its name.
                    if path.name not in names and time() - path.stat().st_mtime > ABANDONED_SECONDS:
                        path.unlink()
                        gone += 1
        return gone

    def remove(self, organisation: UUID) -> None:
        """Removes all files of an organisation, as far as it may."""
        rmtree(self.of(organisation), ignore_errors=True)
        if self.of(organisation).exists():
            log.warning("uploads.not_removed", folder=str(organisation))
