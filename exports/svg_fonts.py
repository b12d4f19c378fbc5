"""The fonts that a drawing carries along, so that it looks the same wherever it is opened."""

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Final

from dashapp.figures.letters import FONTS

ASSETS: Final = Path(__file__).parents[1] / "assets" / "fonts"
_TTF, _WOFF2 = "font/ttf", "font/woff2"
_LATIN: Final = "IBM Plex Sans Variable"
_FAMILY: Final = "IBM Plex Sans"


def with_fonts(svg: bytes) -> bytes:
    """The drawing with those of the service's fonts whose letters it has; the first ones are always there."""
    text = svg.decode()
    letters = {ord(letter) for letter in text}
    faces = [_face(_LATIN, "100 900", ASSETS / "ibm-plex-sans-latin-wght-normal.woff2", _WOFF2)]
    if any(0x100 <= letter < 0x590 for letter in letters):
        faces.append(
            _face(
                _LATIN,
                "100 900",
                ASSETS / "ibm-plex-sans-latin-ext-wght-normal.woff2",
                _WOFF2,
                "U+100-58F, U+1E00-1EFF",
            )
        )
    for name, low, high, ranges in (
        ("Hebrew", 0x590, 0x600, "U+590-5FF"),
        ("Arabic", 0x600, 0x900, "U+600-8FF, U+FB50-FDFF, U+FE70-FEFF"),
    ):
        if any(low <= letter < high for letter in letters):
            for weight, style in ((400, "Regular"), (600, "SemiBold")):
                faces.append(_face(_FAMILY, str(weight), FONTS / f"IBMPlexSans{name}-{style}.ttf", _TTF, ranges))
    place = text.index(">", text.index("<svg")) + 1
    return f"{text[:place]}<style>{''.join(faces)}</style>{text[place:]}".encode()


def _face(family: str, weight: str, file: Path, media: str, ranges: str = "") -> str:
    within = f";unicode-range:{ranges}" if ranges else ""
    source = f"url(data:{media};base64,{_encoded(file)})"
    return f'@font-face{{font-family:"{family}";font-weight:{weight};src:{source}{within}}}'


@cache
def _encoded(file: Path) -> str:
    return b64encode(file.read_bytes()).decode()
