"""How wide a text of the charts is on a page, whose font has Latin letters only."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from html import unescape
from typing import Final

from dashapp.figures.letters import REGULAR, widths_of

SIZE: Final = 12
"""Of texts in charts, in px."""
LINE: Final = 16
"""A line of text of that size, in px, with whatever font a system has in its stead."""
_LATIN: Final = frozenset(map(chr, (*range(0x20, 0x180), *range(0x218, 0x21C), 0x202F))) | frozenset(
    "–—‘’‚“”„†•…‹›€′″−↑↓"
)
"""What the font of pages has (`assets/fonts`)."""
_OTHERWISE: Final = {
    # Of another font, one of the system's; none is wider than that.
    **dict.fromkeys("▲◆○", 1.0),
    # Signs of direction.
    **dict.fromkeys("\u2066\u2067\u2068\u2069", 0.0),
}
_COLOURED: Final = re.compile(r'<span style="color:[^"<>]*">|</span>')


@lru_cache(maxsize=8192)
def width(text: str, size: float = SIZE) -> float | None:
    """The width in px of one line of text as plotly is given it, with colours and escaped signs; None where it has
    other markup, or a letter of another font."""
    shown = _COLOURED.sub("", text)
    if "<" in shown:
        return None
    try:
        return sum(_widths()[letter] for letter in unescape(shown)) * size
    except KeyError:
        return None


@cache
def _widths() -> Mapping[str, float]:
    """Of each letter that is known, in shares of the size."""
    own = widths_of(REGULAR)
    return {**{letter: own[ord(letter)] for letter in _LATIN if ord(letter) in own}, **_OTHERWISE}
