"""What translations are held against: every text that people see, extracted anew."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.shared import REPOSITORY


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The texts of the source as they stand now."""
    target: Path = tmp_path_factory.mktemp("words") / "messages.pot"
    babel = [sys.executable, "-m", "babel.messages.frontend", "-q"]
    command = [*babel, "extract", "-F", "babel.cfg", "-o", str(target), "."]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    with target.open("rb") as file:
        return read_po(file)
