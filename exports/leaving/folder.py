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
OF_REPORTS: Final = "reports"
ABANDONED_SECONDS: Final = 3600.0
"""A file that nobody has written to for so long has lost its writer."""
_ENDING: Final = ".zip"


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """The files of one installation. All its processes have to see the same folder."""

    root: Path
    ending: str = _ENDING

    @classmethod
    def below(cls, data_dir: Path) -> "ExportFolder":
        """The folder of a process, by its setting DATA_DIR."""
        return cls(data_dir / FOLDER)

    @classmethod
    def of_reports(cls, data_dir: Path) -> "ExportFolder":
        """The same for files of reports, of which each is of another kind."""
        return cls(data_dir / OF_REPORTS, ".file")

    def of(self, organisation: UUID) -> Path:
        """The folder of an organisation, by its public id; it need not be there."""
        return self.root / str(organisation)

    def file(self, organisation: UUID, export: UUID) -> Path:
        """The file of an export, if it is there."""
        return self.of(organisation) / f"{export}{self.ending}"

    def tidy(self, organisation: UUID, kept: Collection[UUID]) -> None:
        """Removes the files of exports that are not kept, and what writers that were killed have left behind."""
        names = {f"{export}{self.ending}" for export in kept}
        # A folder that cannot be read cannot be written to either, which the next export says in words.
        with suppress(OSError):
            for path in self.of(organisation).iterdir():
                whole = path.suffix == self.ending
                with suppress(OSError):
                    if (whole and path.name not in names) or (not whole and self._is_abandoned(path)):
                        rmtree(path) if path.is_dir() else path.unlink()

    def remove(self, organisation: UUID) -> None:
        """Removes all files of an organisation, as far as it may."""
        rmtree(self.of(organisation), ignore_errors=True)
        if self.of(organisation).exists():
            log.warning("exports.not_removed", folder=str(organisation))

    def _is_abandoned(self, path: Path) -> bool:
        return time() - path.stat().st_mtime > ABANDONED_SECONDS


def folders_below(data_dir: Path) -> tuple[ExportFolder, ExportFolder, UploadFolder, ReceivedFiles]:
    """Everything that organisations have as files, by the setting DATA_DIR: what goes with them when they leave."""
    reports, received = ExportFolder.of_reports(data_dir), ReceivedFiles.below(data_dir)
    return ExportFolder.below(data_dir), reports, UploadFolder.below(data_dir), received
