"""What of a card can be taken along, as entries of its menu: a picture, a drawing, its numbers; of a list its rows.

`assets/pictures.js` and `assets/numbers.js` make them in the browser from what is shown, and write on them of whom it
is, the filters and as of when.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html
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
    return html.Button(label, type="button", **attributes(data_la_download=kind, data_la_name=card))


def client_words() -> Mapping[str, str]:
    """What the scripts write on files, and say about them, in the reader's language."""
    return {
        "card": _("Card"),
        "shows": _("Shows"),
        "of": _("Of"),
        "filter": _("Filters"),
        "asOf": _("As of"),
        "rows": _("The first {shown} of {total} rows"),
        "nothing": _("There is nothing to download yet"),
        "saved": _("The file has been made; the browser keeps it with its downloads"),
        "framed": _("The file has been made. If it does not arrive, this frame allows no downloads: open a new tab"),
        "failed": _("The file could not be made"),
    }
