"""Sets a card on paper: its title and line, its chart or its rows, the key, and at the foot what is told of it."""

from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from dashapp.components.card_keys import KeyItem, Shape
from dashapp.components.card_reading import Card
from dashapp.figures.letters import BOLD, measure
from dashapp.figures.theme import FONT
from dashapp.words import text_direction
from exports.cards.paper import EDGE, INNER, WIDTH, Ink, Paper, colour_of, px, seen
from exports.cards.paper_table import write_table
from exports.cards.tables import sheet_of_card
from exports.cards.told import Told

GAP, KEY_ROW = 14, 20
MARK: Final = 16
"""px of a shape of the key with the room behind it."""


def drawn_on_paper(card: Card, told: Told, chart: Callable[[int, int], bytes] | None) -> tuple[bytes, int]:
    """The SVG, and how high it is in px. `chart` draws the card's chart in a width and height; None: it is a table."""
    paper = Paper(text_direction() == "rtl")
    paper.write(card.title, Ink(18, BOLD, "ink"))
    paper.write(card.line, Ink())
    paper.y += 10
    if chart is None:
        sheet = sheet_of_card(card)
        write_table(paper, [head.label for head in sheet.heads], sheet.rows.texts)
        paper.y += 6
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
    fill = colour_of(item.fill) if item.fill else "none"
    look = f'fill="{fill}"' + (f' stroke="{colour_of(item.edge)}"' if item.edge else "")
    match item.shape:
        case Shape.DOT:
            mark = f'<circle cx="{px(left + 5)}" cy="{px(top + 5)}" r="4.5" {look}/>'
        case Shape.LINE:
            mark = f'<rect x="{px(left)}" y="{px(top + 4)}" width="10" height="2" {look}/>'
        case _:
            mark = f'<rect x="{px(left)}" y="{px(top)}" width="10" height="10" rx="2" {look}/>'
    paper.parts.append(mark)


def _placed(chart: str, y: float) -> str:
    """A drawing of its own inside of another, at its place."""
    inner = chart[chart.index("<svg") :]
    return inner.replace("<svg", f'<svg x="{EDGE}" y="{px(y)}"', 1)
