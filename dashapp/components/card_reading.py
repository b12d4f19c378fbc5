"""What a card of a page shows, found in the page's own empty layout and in the values that fill it.

So there is nothing to be said for a card a second time: whatever is drawn on the page, covered by words or hidden for
privacy is so in the file.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashapp.components.card_keys import KeyItem, key_of
from dashapp.components.grids import Column, Row
from dashapp.components.slots import Slot
from dashapp.domain.errors import NotFound
from dashapp.figures.drawing import Drawing
from dashapp.figures.theme import Table, table_of
from dashapp.ids import fresh_of, line_of, narrowed_of, state_of

LEAST_HEIGHT: Final = 300
"""px of a chart on paper."""
_BLANKS: Final = re.compile(r"\s+")
_TALL: Final = "--tall"


class NothingToTake(NotFound):
    """The card shows words in the place of figures."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page, or a part of one: its empty layout, and the values of its slots by name, for paper: light and wide."""

    layout: Component
    slots: Mapping[str, Slot]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of many rows, in the terms of `dashapp.components.grids`."""

    columns: Sequence[Column]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Words:
    """A table or a list of words; it may have no heads."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Card:
    """One card."""

    name: str
    title: str
    line: str
    numbers: Table | Grid | Words
    """Its rows; of a chart, those of its table."""
    drawing: Drawing | None = None
    """Its chart; None: it is a table."""
    height: int = LEAST_HEIGHT
    """px of the chart."""
    key: tuple[KeyItem, ...] = ()


def card_of(part: Part, name: str, form: str, order: tuple[str, ...] = ()) -> Card:
    """The card with that name, in a form that its menu offers: png, svg or csv.

    `order`: the ids of the rows of a grid as the reader has sorted and filtered them; empty: all of them, as they are.
    Raises NotFound where the page has no such card, or does not offer the form, and NothingToTake.
    """
    article = next((one for one in _parts(part.layout) if _offers(one, name, form)), None)
    if article is None:
        raise NotFound("There is no such card.")
    filled = {_key(slot.id): part.values.get(slot_name) for slot_name, slot in part.slots.items()}
    if filled.get(state_of(name)) is not None:
        raise NothingToTake("The card shows words in place of figures.")
    inside = list(_walked(article, part))
    title = next(text_of(one.children) for one in inside if isinstance(one, html.H2))
    line = text_of(filled.get(line_of(name))) or _standing_line(inside)
    found = _of_chart(part, name, inside) or _of_rows(part, name, inside, order)
    if found is None or not found["numbers"].rows:
        raise NothingToTake("The card lists nothing yet.")
    return Card(name, title, line, **found)


def text_of(shown: object) -> str:
    """What is read of components and texts, on one line."""
    return _BLANKS.sub(" ", "".join(_texts(shown))).strip()


def _texts(shown: object) -> Iterator[str]:
    if isinstance(shown, Component):
        yield from _texts(getattr(shown, "children", None))
    elif isinstance(shown, list | tuple):
        for one in shown:
            yield from _texts(one)
    elif shown is not None:
        yield str(shown)


def _key(slot_id: Any) -> str:
    return slot_id if isinstance(slot_id, str) else ""


def _parts(layout: object) -> Iterator[Component]:
    if isinstance(layout, Component):
        yield layout
        yield from layout._traverse()


def _offers(article: object, name: str, form: str) -> bool:
    if not isinstance(article, html.Article):
        return False
    wanted = {"data-la-download": form, "data-la-name": name}
    return any(
        all(getattr(one, attribute, None) == value for attribute, value in wanted.items())
        for one in _parts(article)
        if isinstance(one, html.Button)
    )


def _walked(article: Component, part: Part) -> Iterator[Component]:
    """All components of a card, with the children that its slots give them."""
    given = {_key(slot.id): name for name, slot in part.slots.items() if slot.property == "children" and _key(slot.id)}

    def walk(shown: object) -> Iterator[Component]:
        if isinstance(shown, list | tuple):
            for one in shown:
                yield from walk(one)
        elif isinstance(shown, Component):
            yield shown
            slot = given.get(_key(getattr(shown, "id", "")))
            yield from walk(part.values.get(slot) if slot else getattr(shown, "children", None))

    return walk(article)


def _standing_line(inside: list[Component]) -> str:
    """The line below the title of a card whose line never changes."""
    head = next((one for one in inside if isinstance(one, html.Header)), None)
    said = [one for one in getattr(head, "children", None) or [] if isinstance(one, html.P)]
    return text_of(said[0].children) if said else ""


def _value(part: Part, slot_id: str, prop: str) -> Any:
    named = (name for name, slot in part.slots.items() if (_key(slot.id), slot.property) == (slot_id, prop))
    return part.values.get(next(named, ""))


def _of_chart(part: Part, name: str, inside: list[Component]) -> dict[str, Any] | None:
    drawing = _value(part, name, "figure")
    if not isinstance(drawing, Drawing):
        return None
    table = table_of(drawing)
    styles = [getattr(one, "style", None) or {} for one in inside]
    tall = next((str(style[_TALL]) for style in styles if _TALL in style), "0px")
    return {
        "numbers": table,
        "drawing": drawing,
        "height": max(LEAST_HEIGHT, int(tall.removesuffix("px"))),
        "key": key_of(inside),
    }


def _of_rows(part: Part, name: str, inside: list[Component], order: tuple[str, ...]) -> dict[str, Any] | None:
    """A grid, a list that carries its rows, or a table of words."""
    rows, fresh = _value(part, name, "rowData"), _value(part, fresh_of(name), "data")
    if isinstance(fresh, Mapping):
        rows = fresh.get("rows")
    if isinstance(rows, list):
        narrowed = _value(part, narrowed_of(name), "data")
        if isinstance(narrowed, Mapping) and narrowed["ids"] is not None:
            rows = _ordered(rows, tuple(narrowed["ids"]))
        columns = _value(part, name, "columnDefs") or next(
            one.columnDefs for one in inside if isinstance(one, dag.AgGrid) and one.id == name
        )
        return {"numbers": Grid(columns, _ordered(rows, order))}
    listed = next((getattr(one, "data-la-listed") for one in inside if hasattr(one, "data-la-listed")), None)
    if listed is not None:
        given = json.loads(listed)
        return {"numbers": Words(given["head"], given["rows"])}
    table = next((one for one in inside if isinstance(one, html.Table)), None)
    return None if table is None else {"numbers": _cells(table)}


def _ordered(rows: list[dict[str, Any]], order: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows that are named, in that order; what is named and is not there is nobody's."""
    if not order:
        return rows
    known = {str(row["id"]): row for row in rows}
    return [known[one] for one in dict.fromkeys(order) if one in known]


def _cells(table: Component) -> Words:
    lines = [one for one in _parts(table) if isinstance(one, html.Tr)]
    heads = [one for one in _parts(table) if isinstance(one, html.Thead)]
    first = [text_of(each) for each in lines[0].children] if heads else []
    return Words(first, [[text_of(each) for each in line.children] for line in lines[len(heads) :]])
