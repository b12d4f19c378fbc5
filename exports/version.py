"""Which version of the service wrote a file."""

import re
from functools import cache
from pathlib import Path
from typing import Final

_CHANGELOG: Final = Path(__file__).parents[1] / "CHANGELOG.md"
_HEADING: Final = re.compile(r"^## \[?([^\]\s]+)", re.MULTILINE)


@cache
def service_version() -> str:
    """The newest heading of the changelog: a number, or Unreleased between two of them; unknown without a changelog."""
    try:
        found = _HEADING.search(_CHANGELOG.read_text(encoding="utf-8"))
    except OSError:
        return "unknown"
    return found[1] if found else "unknown"
