"""White paper that is written from top to bottom as SVG, in the colours of the light theme.

A language from right to left begins at the right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from dashapp.figures.letters import BOLD, REGULAR, measure
from dashapp.figures.theme import FONT, Theme, isolated, palette
from exports.documents.cells import breakable

WIDTH: Final = 1000
EDGE: Final = 24
INNER: Final = WIDTH - 2 * EDGE
# Browsers have one family of all weights; files of fonts name each weight as a family of its own.
_VARIABLE, _OTHERS = FONT.split(", ", maxsplit=1)
_HEBREW, _ARABIC = range(0x590, 0x600), range(0x600, 0x900)
_ZERO_WIDTH: Final = "\u200b"


@dataclass(frozen=True, slots=True)
class Ink:
    """How a line of text is written."""

    size: int = 13
    weight: int = REGULAR
    colour: str = "ink-2"


@dataclass(slots=True)
class Paper:
    """Written from top to bottom."""

    rtl: bool
    y: float = EDGE
    parts: list[str] = field(default_factory=list)

    def put(self, text: str, x: float, y: float, ink: Ink) -> None:
        """A text whose line stands at `y`, `x` from where lines begin."""
        # Set apart and anchored at its end, so that programs that know no direction of a text write it right, too.
        anchor = "end" if self.rtl else "start"
        self.parts.append(
            Markup(
                '<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{bold}'
                ' xml:space="preserve">{text}</text>'
            ).format(
                x=px(self.start(x)),
                y=px(y),
                size=ink.size,
                bold=_bold(text) if ink.weight >= BOLD else "",
                fill=colour_of(ink.colour),
                anchor=anchor,
                text=isolated(seen(text)),
            )
        )

    def write(self, text: str, ink: Ink) -> None:
        """A text on as many lines as it needs."""
        for line in wrapped(text, ink):
            self.put(line, EDGE, self.y + ink.size, ink)
            self.y += round(ink.size * 1.4)

    def bars(self, heights: Sequence[float], x: float, y: float, width: float) -> None:
        """Columns that stand at `y`, the first at the left, whatever the direction of the texts: time runs so in all
        charts."""
        left = self.start(x) - (width if self.rtl else 0)
        step = width / max(1, len(heights))
        for place, high in enumerate(heights):
            # What is nothing is seen as nothing, not as something that is missing.
            tall = max(high, 1)
            self.parts.append(
                f'<rect x="{px(left + place * step)}" y="{px(y - tall)}" width="{px(step * 0.7)}" height="{px(tall)}"'
                f' fill="{colour_of("ink-3" if high else "line")}"/>'
            )

    def start(self, x: float) -> float:
        """A distance from where lines begin, from the left."""
        return WIDTH - x if self.rtl else x

    def rule(self) -> None:
        """A hairline across."""
        self.parts.append(
            f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{px(self.y)}" y2="{px(self.y)}" stroke="{colour_of("line")}"/>'
        )


def _bold(text: str) -> Markup:
    """The attributes of bold letters, of the script of the text first."""
    letters = {ord(letter) for letter in text}
    script = " Arabic" if letters & set(_ARABIC) else " Hebrew" if letters & set(_HEBREW) else ""
    own = f'"IBM Plex Sans{script} SmBld", ' if script else ""
    families = f'{_VARIABLE}, {own}"IBM Plex Sans SmBld", {_OTHERS}'
    return Markup(' font-weight="600" font-family="{}"').format(families)


def seen(text: str) -> str:
    """A text without signs that nobody sees and that turn what follows."""
    return breakable(text).replace(_ZERO_WIDTH, "")


def wrapped(text: str, ink: Ink, width: float = INNER) -> list[str]:
    """The lines of a text; a word that is wider than the paper is broken."""
    lines: list[str] = []
    for word in seen(text).split(" "):
        for piece in _pieces(word, ink, width):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and measure(longer, ink.size, ink.weight) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line]


def _pieces(word: str, ink: Ink, width: float) -> Iterable[str]:
    """The word, or what of it fits on a line each."""
    while word and measure(word, ink.size, ink.weight) > width:
        letters = max(1, int(width / ink.size))
        yield word[:letters]
        word = word[letters:]
    yield word


def cut(text: str, room: float, ink: Ink) -> str:
    """As much of a text as there is room for."""
    if measure(text, ink.size, ink.weight) <= room:
        return text
    while text and measure(f"{text}…", ink.size, ink.weight) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def colour_of(token: str) -> str:
    """The colour of a token on paper."""
    return palette(Theme.LIGHT)[token]


def px(value: float) -> str:
    """A number as SVG has it."""
    return f"{value:g}"
