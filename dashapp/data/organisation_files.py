"""Files of organisations: below DATA_DIR a folder for each kind of them, in it one for each organisation."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from time import time
from typing import Final
from uuid import UUID

from dashapp.observability.logging import get_logger

log = get_logger(__name__)

YOUNG_SECONDS: Final = 3600.0
"""What has been written to since may still be without its row, or without its name."""


@dataclass(frozen=True, slots=True)
class OrganisationFiles:
    """The files of one kind, of one installation. All its processes have to see the same folder."""

    root: Path

    def of(self, organisation: UUID) -> Path:
        """The folder of an organisation, by its public id; it need not be there."""
        return self.root / str(organisation)

    def remove(self, organisation: UUID) -> None:
        """Removes all files of an organisation, as far as it may."""
        remove_folder(self.of(organisation))


def remove_folder(path: Path) -> None:
    """Removes a folder with all that is in it, as far as it may."""
    rmtree(path, ignore_errors=True)
    if path.exists():
        log.warning("files.not_removed", kind=path.parent.name, folder=path.name)


def remove_others(folder: Path, kept: Collection[str], at_once: Callable[[Path], bool] = lambda _path: False) -> int:
    """Removes from a folder what is not kept and has not been written to for an hour; how many. `at_once`: what needs
    no such hour. A folder that is not there, or cannot be read, holds nothing."""
    gone = 0
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                if path.name in kept or not (at_once(path) or _is_old(path)):
                    continue
                if path.is_dir():
                    rmtree(path)
                else:
                    path.unlink()
                gone += 1
    return gone


def _is_old(path: Path) -> bool:
    return time() - path.stat().st_mtime > YOUNG_SECONDS
