"""Letters that nothing on this machine can draw: named beside what they are missing from, never left out in silence."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from dashapp.figures.letters import BOLD, REGULAR, read_face, widths_of
from dashapp.observability.logging import get_logger
from exports.typesetting import can_draw, font_files

log = get_logger(__name__)

MOST_TRIED: Final = 40
"""Letters that are tried one by one with the fonts that Typst brings along; what is behind them counts as missing."""
MOST_NAMED: Final = 60
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Kinds of characters that have no form of their own."""


def letters_missing(texts: Iterable[str]) -> str:
    """The letters of the texts that no font has, each once, in the order of their numbers. Files of the machine's
    fonts are read only where the service's own do not suffice."""
    found = {letter for text in texts for letter in text}
    seen = sorted(letter for letter in found if unicodedata.category(letter) not in _UNSEEN)
    own = widths_of(REGULAR).keys() | widths_of(BOLD).keys()
    strange = [letter for letter in seen if ord(letter) not in own]
    if not strange:
        return ""
    held = _of_machine()
    left = [letter for letter in strange if ord(letter) not in held]
    lacking = [letter for place, letter in enumerate(left) if place >= MOST_TRIED or not can_draw(letter)]
    return "".join(lacking)


def named(letters: str) -> str:
    """As many of them as can be read on a line."""
    said = " ".join(letters[:MOST_NAMED])
    return said if len(letters) <= MOST_NAMED else f"{said} …"


@cache
def _of_machine() -> frozenset[int]:
    """What the font files have that documents are set with."""
    found: set[int] = set()
    for path in font_files():
        try:
            found |= read_face(Path(path)).widths.keys()
        except (OSError, ValueError):
            log.info("fonts.unreadable", file=Path(path).name)
    return frozenset(found)
