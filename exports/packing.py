"""One file out of several: itself, or an archive with a manifest; it gets its name when it is whole."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.reports.exports import Trouble
from exports.manifest import MANIFEST, Manifest, file_of

ZIP: Final = "application/zip"
_LEVEL: Final = 6
_PACKED_ALREADY: Final = frozenset({".parquet", ".png", ".xlsx", ".pdf"})
_PIECE: Final = 1 << 20


class ExportError(AnalyticsError):
    """The file cannot be made; `trouble` says why."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Part:
    """A file that has been written; `table`: whose rows are in it, by its place in the manifest."""

    path: Path
    table: int | None = None


def packed(parts: Sequence[Part], manifest: Manifest, target: Path) -> Manifest:
    """Puts the files under their own names, and the manifest, into one archive. Raises OSError."""
    files = tuple(file_of(part.path, part.path.name, part.table) for part in parts)
    whole = manifest.model_copy(update={"files": files})
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for part in parts:
            info = _info(part.path.name, manifest.as_of)
            info.compress_type = ZIP_STORED if part.path.suffix in _PACKED_ALREADY else ZIP_DEFLATED
            with part.path.open("rb") as file, archive.open(info, "w", force_zip64=True) as member:
                copyfileobj(file, member, _PIECE)
        archive.writestr(_info(MANIFEST, manifest.as_of), whole.model_dump_json(indent=1))
    return whole


def sealed(path: Path) -> None:
    """Has the disk keep what was written, readable for the service's own user alone. Raises OSError."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def prepare_folder(folder: Path) -> None:
    """Makes a folder for files where it is missing, for the service's own user alone. Raises ExportError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise in_words(error, folder) from error


def in_words(error: OSError, folder: Path) -> ExportError:
    """What the machine says, as a sentence and a kind of trouble."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ExportError(Trouble.SPACE, f"There is not enough space in {folder} for the export.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
        return ExportError(Trouble.FOLDER, f"The service may not write to {folder}.")
    return ExportError(Trouble.ERROR, f"The export cannot be written: {os.strerror(error.errno or errno.EIO)}.")


def _info(name: str, at: datetime) -> ZipInfo:
    info = ZipInfo(name, at.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
