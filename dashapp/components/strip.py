"""A row of values: one surface, hairlines between, each with its difference against the own past."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashapp.components.card import asof_line, skeleton

UNIT_SPACE = "\u00a0"
CELLS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `value` is a text with its units ("2 h 59 min"): what is not a number is set smaller."""

    title: str
    value: str
    line: tuple[str | Component, ...] = ()
    spark: Component | None = None
    small: str = ""
    """What follows the value in small type: "of 28"."""
    kind: str = ""
    """"words" for a value that is a name, "quiet" where there is no value."""


def value_parts(text: str) -> list[str | Component]:
    """A value with its units in small type: "2 h 59 min" → 2 <small>h</small> 59 <small>min</small>."""
    parts: list[str | Component] = []
    for word in text.replace(UNIT_SPACE, " ").split(" "):
        if any(character.isdigit() for character in word):
            parts.append(word)
        elif parts and isinstance(parts[-1], Component):
            parts[-1] = html.Small(f"{parts[-1].children} {word}")
        else:
            parts.append(html.Small(word))
    return parts


def _cell(cell: Cell) -> Component:
    kind = f"la-value {cell.kind}".strip()
    shown: list[str | Component] = [cell.value] if cell.kind else value_parts(cell.value)
    if cell.small:
        shown.append(html.Small(cell.small))
    body: list[Component] = [html.H2(cell.title), html.Div(shown, className=kind)]
    if cell.spark is not None:
        body.append(cell.spark)
    body.append(html.P(list(cell.line), className="la-delta"))
    return html.Section(body, className="la-cell")


def cells(given: Sequence[Cell]) -> list[Component]:
    """The children of a strip."""
    return [_cell(cell) for cell in given]


def strip(page: str, name: str, number: int = CELLS) -> Component:
    """An empty strip of so many cells, with its as-of line; `cells` fills it."""
    waiting = [
        html.Section([html.H2(skeleton("60%")), html.Div(skeleton("40%"), className="la-value")], className="la-cell")
        for _place in range(number)
    ]
    more = "" if number == CELLS else " five"
    return html.Div(
        [html.Div(waiting, id=name, className=f"la-cells{more}"), asof_line(page, name)], className="la-strip"
    )
