"""Temporary files of a test run in memory: hundreds of small databases are made and dropped, and files cost time."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
PREFIX = "la-tests-"
WANTED_BYTES = 6 << 30
"""Of free memory: three workers with two clusters each, a broker and browsers have been seen to take a third of it."""


def temporary_files_in_memory() -> Path | None:
    """Has `tempfile` make everything in a new folder in memory, in this process and in those that it starts; gives the
    folder. None where whoever started the run has set TMPDIR, or memory is scarce: then all stays as it was."""
    if "TMPDIR" in os.environ or not _is_roomy():
        return None
    _sweep()
    folder = MEMORY / f"{PREFIX}{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o1777)  # PostgreSQL runs as another user than root
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    return folder


def _is_roomy() -> bool:
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > WANTED_BYTES


def _sweep() -> None:
    """Takes away what a killed run has left."""
    for folder in MEMORY.glob(f"{PREFIX}*"):
        if not _is_running(int(folder.name.removeprefix(PREFIX))):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
