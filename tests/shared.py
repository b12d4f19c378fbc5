"""The published data sets that some tests replay. They are large, so they lie beside the checkout, not in it."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


def shared_file(name: str) -> Path:
    """The file of that name in the shared data; the test is skipped with a sentence where it is missing."""
    path = SHARED_DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared/data beside this checkout, so its replay cannot be tested here")
    return path
