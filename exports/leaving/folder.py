"""Where the files of exports stand: below DATA_DIR, a folder for each organisation."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from time import time
from typing import Final
from uuid import UUID

from dashapp.data.received_files import ReceivedFiles
from dashapp.data.upload_files import UploadFolder
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

FOLDER: Final = "exports"
ABANDONED_SECONDS: Final = 3600.0
"""A file that nobody has written to for so long has lost its writer."""
_ENDING: Final = ".zip"


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """The files of one installation. All its processes have to see the same folder."""

    root: Path

    @classmethod
    def below(cls, data_dir: Path) -> "ExportFolder":
        """The folder of a process, by its setting DATA_DIR."""
        return cls(data_dir / FOLDER)

    def of(self, organisation: UUID) -> Path:
        """The folder of an organisation, by its public id; it need not be there."""
        return self.root / str(organisation)

    def file(self, organisation: UUID, export: UUID) -> Path:
        """The file of an export, if it is there."""
        return self.of(organisation) / f"{export}{_ENDING}"

    def tidy(self, organisation: UUID, kept: Collection[UUID]) -> None:
        """Removes the files of exports that are not kept, and what writers that were killed have left behind."""
        names = {f"{export}{_ENDING}" for export in kept}
        # A folder that cannot be read cannot be written to either, which the next export says in words.
        with suppress(OSError):
            for path in self.of(organisation).iterdir():
                whole = path.suffix == _ENDING
                with suppress(OSError):
                    if (whole and path.name not in names) or (not whole and self._is_abandoned(path)):
                        path.unlink()

    def remove(self, organisation: UUID) -> None:
        """Removes all files of an organisation, as far as it may."""
        rmtree(self.of(organisation), ignore_errors=True)
        if self.of(organisation).exists():
            log.warning("exports.not_removed", folder=str(organisation))

    def _is_abandoned(self, path: Path) -> bool:
        return time() - path.stat().st_mtime > ABANDONED_SECONDS


def folders_below(data_dir: Path) -> tuple[ExportFolder, UploadFolder, ReceivedFiles]:
    """Everything that organisations have as files, by the setting DATA_DIR: what goes with them when they leave."""
    return ExportFolder.below(data_dir), UploadFolder.below(data_dir), ReceivedFiles.below(data_dir)
