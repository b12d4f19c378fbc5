"""Where the files stand that administrators have sent: below DATA_DIR, a folder for each organisation.

Only their rows say what they are. A file has the name of its key, and nobody but the service's own user may read it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from typing import Final
from uuid import UUID

from dashapp.data.organisation_files import OrganisationFiles, remove_others

FOLDER: Final = "uploads"
RESERVE: Final = 268_435_456
"""Bytes of the disk that are left free: the database may stand on the same one."""
_COMING: Final = ".part"


@dataclass(frozen=True, slots=True)
class UploadFolder(OrganisationFiles):
    """Files under their keys."""

    @classmethod
    def below(cls, data_dir: Path) -> "UploadFolder":
        """The folder of a process, by its setting DATA_DIR."""
        return cls(data_dir / FOLDER)

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
        # A file gets its row a moment after its name.
        return remove_others(self.of(organisation), {str(key) for key in kept})
