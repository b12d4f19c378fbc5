"""The page in which figures are drawn: plotly, the service's own fonts, and nothing from elsewhere."""

from pathlib import Path
from typing import Final

import plotly
from kaleido import PageGenerator

from dashapp.figures.letters import FONTS

_PLOTLY: Final = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_FAMILY: Final = "IBM Plex Sans"
_FACES: Final = (
    ("IBMPlexSans-Regular.ttf", 400, "U+0-58F, U+1E00-FFFF"),
    ("IBMPlexSans-SemiBold.ttf", 600, "U+0-58F, U+1E00-FFFF"),
    ("IBMPlexSansHebrew-Regular.ttf", 400, "U+590-5FF"),
    ("IBMPlexSansHebrew-SemiBold.ttf", 600, "U+590-5FF"),
    ("IBMPlexSansArabic-Regular.ttf", 400, "U+600-8FF, U+FB50-FDFF, U+FE70-FEFF"),
    ("IBMPlexSansArabic-SemiBold.ttf", 600, "U+600-8FF, U+FB50-FDFF, U+FE70-FEFF"),
)
# A figure is ours; still nothing that got into it may fetch anything.
_RULE: Final = (
    "default-src 'none'; script-src file: 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; font-src file:; "
    "img-src data: blob:"
)


class PicturePage:
    """What kaleido asks for its page."""

    def generate_index(self) -> str:
        """The page as HTML. kaleido's script shows the figure once the fonts are there, since a browser loads a font
        only when a text wants it, and the first picture would be measured without."""
        page = PageGenerator(plotly=_PLOTLY.as_uri(), mathjax=False)
        head = page.header.replace(
            "<head>",
            f'<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_RULE}">'
            f"<style>{''.join(map(_face, _FACES))}</style><script>{_LOAD}</script>",
        )
        return str(page.generate_index()).replace(page.header, head)


def _face(each: tuple[str, int, str]) -> str:
    file, weight, characters = each
    address = (FONTS / file).as_uri()
    return f'@font-face{{font-family:"{_FAMILY}";font-weight:{weight};src:url("{address}");unicode-range:{characters}}}'


_LOAD: Final = "for (const weight of [400, 600]) document.fonts.load(`${weight} 12px 'IBM Plex Sans'`, 'aאا');"
