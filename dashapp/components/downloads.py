"""What of a card can be taken along, as entries of its menu: a picture, a drawing, its numbers; of a list its rows.

The server makes them (`callbacks/card_files.py`) from what it reads for the reader at that moment, and writes on them
of whom it is, the filters and as of when; `assets/card_files.js` asks for them and saves them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components.attributes import attributes
from dashapp.words import _


def holds_grid(body: Sequence[Component]) -> bool:
    """Whether a card's body holds a table of many rows."""
    return any(isinstance(inner, dag.AgGrid) for part in body for inner in (part, *part._traverse()))


def entries(card: str, *, file: bool) -> list[Component]:
    """The entries in their order; with `file` the numbers are the server's own, whose address is filled in later."""
    numbers = (
        html.A(_("Numbers CSV"), id=ids.file_of(card), **attributes(data_la_file="1"))
        if file
        else _entry(_("Numbers CSV"), card, "csv")
    )
    return [_entry(_("Picture PNG"), card, "png"), _entry(_("Drawing SVG"), card, "svg"), numbers]


def entries_of_list(card: str) -> list[Component]:
    """Of a card that is a list: its rows, and why there is no picture of it."""
    why = html.P(_("A list is words already, so there is no picture of it"), className="la-hint")
    return [_entry(_("Rows CSV"), card, "csv"), why]


def listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The attribute of a list that carries its rows as the file has them, cell by cell."""
    return attributes(data_la_listed=json.dumps({"head": list(head), "rows": [list(row) for row in rows]}))


def _entry(label: str, card: str, kind: str) -> Component:
    page = card.partition("-")[0]
    return html.Button(label, type="button", **attributes(data_la_download=kind, data_la_name=card, data_la_page=page))


def places(page: str) -> list[Component]:
    """Through which the menus of a page ask for files, and get them. `page`: how the page's ids begin."""
    return [dcc.Store(id=of(page)) for of in (ids.card_asked_of, ids.card_file_of, ids.card_busy_of)]


def client_words() -> Mapping[str, str]:
    """What the script says about files, in the reader's language."""
    return {
        "making": _("The file is being made"),
        "saved": _("The file has been made; the browser keeps it with its downloads"),
        "framed": _("The file has been made. If it does not arrive, this frame allows no downloads: open a new tab"),
        "failed": _("The file could not be made: the service did not answer"),
    }
