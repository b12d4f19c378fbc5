"""Where files stand that the service has made, until nobody may download them any more."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from dashapp.data.organisation_files import OrganisationFiles, remove_others

FOLDER: Final = "exports"
OF_REPORTS: Final = "reports"


@dataclass(frozen=True, slots=True)
class ExportFolder(OrganisationFiles):
    """Files under the keys of their exports, all with one ending."""

    ending: str

    @classmethod
    def below(cls, data_dir: Path) -> "ExportFolder":
        """Exports of everything of an organisation, by the setting DATA_DIR."""
        return cls(data_dir / FOLDER, ".zip")

    @classmethod
    def of_reports(cls, data_dir: Path) -> "ExportFolder":
        """Files of reports, of which each is of another kind."""
        return cls(data_dir / OF_REPORTS, ".file")

    def file(self, organisation: UUID, export: UUID) -> Path:
        """The file of an export, if it is there."""
        return self.of(organisation) / f"{export}{self.ending}"

    def tidy(self, organisation: UUID, kept: Collection[UUID]) -> None:
        """Removes the files of exports that are not kept, and what writers that were killed have left behind."""
        names = {f"{export}{self.ending}" for export in kept}
        # A file has this ending from the moment on at which its row says that it is there.
        remove_others(self.of(organisation), names, lambda path: path.suffix == self.ending)
