"""A card on paper, as SVG: its title and line, its chart or its rows, the key, and at the foot what `told` says.

In the colours of the light theme on white. A language from right to left begins at the right.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from dashapp.components.card_keys import KeyItem, Shape
from dashapp.components.card_reading import Card
from dashapp.figures.theme import FONT, Theme, isolated, palette
from dashapp.words import ngettext, number, text_direction
from exports.cards.tables import sheet_of_card
from exports.cards.told import Told
from exports.documents.cells import breakable
from exports.letters import BOLD, REGULAR, measure

WIDTH: Final = 1000
EDGE: Final = 24
INNER: Final = WIDTH - 2 * EDGE
MOST_ROWS: Final = 40
"""Of a table that are drawn; the file of numbers has all."""
ROW, GAP, KEY_ROW = 26, 14, 20
MARK: Final = 16
"""px of a shape of the key with the room behind it."""
WIDEST: Final = 320
"""px that a column wants at most."""
GROWS: Final = 1.6
"""So much wider than its texts a column becomes, where there is room for it."""
# Browsers have one family of all weights; files of fonts name each weight as a family of its own.
_BOLD: Final = Markup(' font-weight="600" font-family="{}"').format(
    '"IBM Plex Sans Variable", "IBM Plex Sans SmBld", "IBM Plex Sans Arabic SmBld", "IBM Plex Sans Hebrew SmBld", '
    f"{FONT.partition(', ')[2]}"
)
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
                x=_px(self.start(x)),
                y=_px(y),
                size=ink.size,
                bold=_BOLD if ink.weight >= BOLD else "",
                fill=_colour(ink.colour),
                anchor=anchor,
                text=isolated(seen(text)),
            )
        )

    def write(self, text: str, ink: Ink) -> None:
        """A text on as many lines as it needs."""
        for line in wrapped(text, ink):
            self.put(line, EDGE, self.y + ink.size, ink)
            self.y += round(ink.size * 1.4)

    def start(self, x: float) -> float:
        """A distance from where lines begin, from the left."""
        return WIDTH - x if self.rtl else x

    def rule(self) -> None:
        """A hairline across."""
        self.parts.append(
            f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{_px(self.y)}" y2="{_px(self.y)}" stroke="{_colour("line")}"/>'
        )


def drawn_on_paper(card: Card, told: Told, chart: Callable[[int, int], bytes] | None) -> tuple[bytes, int]:
    """The SVG, and how high it is in px. `chart` draws the card's chart in a width and height; None: it is a table."""
    paper = Paper(text_direction() == "rtl")
    paper.write(card.title, Ink(18, BOLD, "ink"))
    paper.write(card.line, Ink())
    paper.y += 10
    if chart is None:
        sheet = sheet_of_card(card)
        _table(paper, [head.label for head in sheet.heads], sheet.rows.texts)
    else:
        paper.parts.append(_placed(chart(INNER, card.height).decode(), paper.y))
        paper.y += card.height + 4
        _key(paper, card.key)
    paper.y += 6
    paper.write(" · ".join(part for part in (told.of, told.filters) if part), Ink(12))
    paper.write(" · ".join(part for part in (told.as_of, told.source) if part), Ink(12, colour="ink-3"))
    height = round(paper.y + EDGE - 8)
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' font-family="{font}" role="img"><title>{title}</title><rect width="100%" height="100%" fill="#ffffff"/>'
    ).format(width=WIDTH, height=height, font=FONT, title=seen(card.title))
    return f"{head}{''.join(paper.parts)}</svg>".encode(), height


def seen(text: str) -> str:
    """A text without signs that nobody sees and that turn what follows."""
    return breakable(text).replace(_ZERO_WIDTH, "")


def wrapped(text: str, ink: Ink) -> list[str]:
    """The lines of a text; a word that is wider than the paper is broken."""
    lines: list[str] = []
    for word in seen(text).split(" "):
        for piece in _pieces(word, ink):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and measure(longer, ink.size, ink.weight) <= INNER:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line]


def _pieces(word: str, ink: Ink) -> Iterable[str]:
    """The word, or what of it fits on a line each."""
    while measure(word, ink.size, ink.weight) > INNER:
        letters = int(INNER / ink.size)
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


def _table(paper: Paper, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    shown = [[seen(cell) for cell in row] for row in rows[:MOST_ROWS]]
    widths = _widths(heads, shown)
    head, cell = Ink(12, BOLD, "ink-3"), Ink(12, colour="ink")
    lines = [(row, cell) for row in shown]
    for texts, ink in [(list(heads), head), *lines] if any(heads) else lines:
        x = float(EDGE)
        for text, width in zip(texts, widths, strict=True):
            paper.put(cut(text, width - 8, ink), x, paper.y + 17, ink)
            x += width
        paper.y += ROW
        paper.rule()
    if len(shown) < len(rows):
        said = ngettext("The first {shown} of {total} row", "The first {shown} of {total} rows", len(rows))
        paper.put(said.format(shown=number(len(shown)), total=number(len(rows))), EDGE, paper.y + 17, Ink(12))
        paper.y += ROW


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    wanted = [
        min(WIDEST, GAP + max(measure(head, 12, BOLD), *(measure(row[place], 12) for row in rows)))
        for place, head in enumerate(heads)
    ]
    share = min(INNER / sum(wanted), GROWS)
    return [each * share for each in wanted]


def _key(paper: Paper, items: Sequence[KeyItem]) -> None:
    if not items:
        return
    x, ink = float(EDGE), Ink(12)
    for item in items:
        width = MARK + measure(item.text, ink.size) + GAP
        if x + width > WIDTH - EDGE and x > EDGE:
            x = float(EDGE)
            paper.y += KEY_ROW
        _mark(paper, item, x)
        paper.put(item.text, x + MARK, paper.y + 14, ink)
        x += width
    paper.y += KEY_ROW + 4


def _mark(paper: Paper, item: KeyItem, x: float) -> None:
    if item.shape is Shape.LETTER:
        paper.put(item.letter, x, paper.y + 14, Ink(12, colour=item.fill))
        return
    left, top = paper.start(x) - (10 if paper.rtl else 0), paper.y + 4
    fill = _colour(item.fill) if item.fill else "none"
    look = f'fill="{fill}"' + (f' stroke="{_colour(item.edge)}"' if item.edge else "")
    match item.shape:
        case Shape.DOT:
            mark = f'<circle cx="{_px(left + 5)}" cy="{_px(top + 5)}" r="4.5" {look}/>'
        case Shape.LINE:
            mark = f'<rect x="{_px(left)}" y="{_px(top + 4)}" width="10" height="2" {look}/>'
        case _:
            mark = f'<rect x="{_px(left)}" y="{_px(top)}" width="10" height="10" rx="2" {look}/>'
    paper.parts.append(mark)


def _placed(chart: str, y: float) -> str:
    """A drawing of its own inside of another, at its place."""
    inner = chart[chart.index("<svg") :]
    return inner.replace("<svg", f'<svg x="{EDGE}" y="{_px(y)}"', 1)


def _colour(token: str) -> str:
    return palette(Theme.LIGHT)[token]


def _px(value: float) -> str:
    return f"{value:g}"
