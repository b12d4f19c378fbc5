"""Makes the file of one card: a picture, a drawing, or its numbers."""

import csv
from collections.abc import Callable
from enum import StrEnum
from io import StringIO
from typing import Final

from dashapp.components.card_reading import Card
from dashapp.domain.spreadsheets import MARK, harmless
from exports.cards.paper import WIDTH
from exports.cards.setting import drawn_on_paper
from exports.cards.tables import sheet_of_card
from exports.cards.told import Told
from exports.pictures import PictureForm, Size, converted
from exports.svg_fonts import with_fonts
from exports.tables.text_files import write_rows

SCALE: Final = 2
"""Dots of a picture for each pixel of the paper."""
LEAST_CELLS: Final = 2
"""Of a line: a name, and what is told."""

Draw = Callable[[bytes, Size], bytes]
"""The SVG of a figure. Raises NoBrowser and PictureError."""


class CardForm(StrEnum):
    """What a card's menu offers."""

    PNG = "png"
    SVG = "svg"
    CSV = "csv"

    @property
    def media(self) -> str:
        """The type of the file."""
        return {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv;charset=utf-8"}[self.value]


def file_of_card(card: Card, told: Told, form: CardForm, draw: Draw) -> bytes:
    """The file. Charts are drawn as those of reports; a table needs no browser.

    Raises NoBrowser and PictureError where a chart cannot be drawn, TypesettingError.
    """
    if form is CardForm.CSV:
        return _numbers(card, told).encode()
    drawing = card.drawing
    chart = None
    if drawing is not None:
        figure = drawing.to_bytes()

        def chart(width: int, height: int) -> bytes:
            return draw(figure, Size(width, height))

    svg, height = drawn_on_paper(card, told, chart)
    if form is CardForm.SVG:
        return with_fonts(svg)
    return converted(svg, PictureForm.PNG, Size(WIDTH, height, SCALE))


def _numbers(card: Card, told: Told) -> str:
    """What is told, a blank line, then heads and rows as in the file of a report; as many cells on every line."""
    written = StringIO(newline="")
    written.write(MARK)
    sheet = sheet_of_card(card)
    width = max(LEAST_CELLS, len(sheet.heads))
    lines = csv.writer(written)
    for told_line in (*told.lines(card), ()):
        lines.writerow([*map(harmless, told_line), *("" for _cell in range(width - len(told_line)))])
    write_rows(sheet, written)
    return written.getvalue()
