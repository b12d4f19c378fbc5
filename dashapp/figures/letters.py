"""Letters of the service's own fonts: which there are, and how wide they are."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parents[2] / "exports" / "fonts"
"""What pictures and documents are written in, whatever the machine has; pages load the same letters
from `assets/fonts`, as far as they are Latin."""
REGULAR, BOLD = 400, 600
_FILES: Final = {
    REGULAR: ("IBMPlexSans-Regular.ttf", "IBMPlexSansHebrew-Regular.ttf", "IBMPlexSansArabic-Regular.ttf"),
    BOLD: ("IBMPlexSans-SemiBold.ttf", "IBMPlexSansHebrew-SemiBold.ttf", "IBMPlexSansArabic-SemiBold.ttf"),
}
_WINDOWS: Final = 3
"""The platform whose tables of letters are by Unicode."""
_ALL_PLANES: Final = 12
"""The format of a table of letters that has those beyond the first 65,536 too."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: the width of each letter that it has, in shares of the font's size."""

    widths: Mapping[int, float]


def measure(text: str, size: float, weight: int = REGULAR) -> float:
    """How wide a line of text is, in the unit of `size`. Letters of other fonts count as wide as they are high."""
    widths = widths_of(weight)
    return size * sum(widths.get(ord(letter), 1.0) for letter in text)


@cache
def widths_of(weight: int) -> Mapping[int, float]:
    """The width of every letter that the service brings along, in shares of the size."""
    found: dict[int, float] = {}
    for name in reversed(_FILES[weight]):
        found |= read_face(FONTS / name).widths
    return found


@cache
def read_face(path: Path) -> Face:
    """Reads a TrueType or OpenType file. Raises OSError, and ValueError where it is none."""
    data = path.read_bytes()
    try:
        tables = _tables(data)
        per_em = _number(data, tables["head"] + 18)
        metrics = _number(data, tables["hhea"] + 34)
        advances = [_number(data, tables["hmtx"] + 4 * place) / per_em for place in range(metrics)]
        letters = dict(_letters(data, tables["cmap"]))
    except (struct.error, KeyError, IndexError, ZeroDivisionError) as error:
        raise ValueError(f"{path.name} is no font that can be read.") from error
    return Face({letter: advances[min(glyph, metrics - 1)] for letter, glyph in letters.items() if glyph})


def _tables(data: bytes) -> dict[str, int]:
    """Where each table of the file begins. Of a collection of fonts, those of the first."""
    start = _long(data, 12) if data[:4] == b"ttcf" else 0
    records = (start + 12 + 16 * place for place in range(_number(data, start + 4)))
    return {data[at : at + 4].decode("latin-1"): _long(data, at + 8) for at in records}


def _letters(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Letters and their glyphs, by the tables of letters of a font; the larger table last, so that it holds."""
    records = [start + 4 + 8 * place for place in range(_number(data, start + 2))]
    places = [start + _long(data, at + 4) for at in records if _number(data, at) in (0, _WINDOWS)]
    for place in sorted(set(places), key=lambda at: _number(data, at)):
        match _number(data, place):
            case 4:
                yield from _by_segments(data, place)
            case number if number == _ALL_PLANES:
                yield from _by_groups(data, place)


def _by_segments(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    count = _number(data, start + 6) // 2
    ends, firsts = start + 14, start + 16 + 2 * count
    deltas, offsets = firsts + 2 * count, firsts + 4 * count
    for place in range(count):
        first, end = _number(data, firsts + 2 * place), _number(data, ends + 2 * place)
        delta, offset = _number(data, deltas + 2 * place), _number(data, offsets + 2 * place)
        for letter in range(first, min(end, 0xFFFE) + 1):
            if offset == 0:
                yield letter, (letter + delta) & 0xFFFF
                continue
            glyph = _number(data, offsets + 2 * place + offset + 2 * (letter - first))
            yield letter, (glyph + delta) & 0xFFFF if glyph else 0


def _by_groups(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    for place in range(_long(data, start + 12)):
        at = start + 16 + 12 * place
        first, end, glyph = _long(data, at), _long(data, at + 4), _long(data, at + 8)
        for letter in range(first, end + 1):
            yield letter, glyph + letter - first


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def _long(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
