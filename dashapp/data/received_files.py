"""Where the copies of scheduled reports stand until they are kept no longer: below DATA_DIR, a folder for each
organisation, in it one for each run, in that one for all copies with the same figures."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Final
from uuid import UUID, uuid4

from dashapp.data.organisation_files import OrganisationFiles, remove_folder, remove_others

FOLDER: Final = "received"
DROPPED: Final = "dropped"
"""What schedules leave in a folder for other programs: below DATA_DIR, by organisation and schedule."""
_COMING: Final = ".part"


@dataclass(frozen=True, slots=True)
class ReceivedFiles(OrganisationFiles):
    """Copies in the folders of their runs, and those that other programs take."""

    dropped: Path

    @classmethod
    def below(cls, data_dir: Path) -> "ReceivedFiles":
        """The folders of a process, by its setting DATA_DIR."""
        return cls(data_dir / FOLDER, data_dir / DROPPED)

    def copy(self, organisation: UUID, run: UUID, copied_as: str) -> Path:
        """The folder of a copy that is there whole."""
        return self.of(organisation) / str(run) / copied_as

    def begin(self, organisation: UUID, run: UUID) -> Path:
        """A new folder for a copy that is being made. Raises OSError."""
        path = self.of(organisation) / str(run) / f"{uuid4()}{_COMING}"
        path.mkdir(mode=0o700, parents=True)
        return path

    def finish(self, begun: Path, copied_as: str) -> Path:
        """Names a copy that is whole, in the place of one that was there. Raises OSError."""
        path = begun.with_name(copied_as)
        if path.exists():
            rmtree(path)
        return begun.rename(path)

    def drop(self, organisation: UUID, schedule: UUID, named: str) -> Path:
        """Where a copy goes that other programs take. `named`: its own folder. The folder above is made.
        Raises OSError."""
        above = self.dropped / str(organisation) / str(schedule)
        above.mkdir(mode=0o750, parents=True, exist_ok=True)
        return above / named

    def tidy(self, organisation: UUID, kept: Collection[UUID]) -> int:
        """Removes the runs that are not kept; how many."""
        # A run that has begun a moment ago is not among those that were asked for a moment before.
        return remove_others(self.of(organisation), {str(run) for run in kept})

    def tidy_dropped(self, organisation: UUID, before: datetime) -> int:
        """Removes what schedules left in folders before a moment, taken or not; how many copies."""
        gone = 0
        with suppress(OSError):
            for schedule in (self.dropped / str(organisation)).iterdir():
                for path in schedule.iterdir():
                    if path.stat().st_mtime <= before.timestamp():
                        rmtree(path, ignore_errors=True)
                        gone += 1
                if not any(schedule.iterdir()):
                    schedule.rmdir()
        return gone

    def remove(self, organisation: UUID) -> None:
        """Removes all files of an organisation, as far as it may."""
        remove_folder(self.of(organisation))
        remove_folder(self.dropped / str(organisation))
