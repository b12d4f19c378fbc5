"""A part of a page that stands below the fold: it is read when it comes near what the reader sees, not before."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components.attributes import attributes
from dashapp.components.slots import Slot


def further(part: str, children: Sequence[Component]) -> Component:
    """The part with its cards, empty; `assets/further.js` asks for what is in them."""
    stores = [dcc.Store(id=ids.near_of(part)), dcc.Store(id=ids.wanted_of(part))]
    body = html.Div(list(children), id=part, className="la-further la-loading")
    said = html.Div(id=ids.state_of(part))
    return html.Div([*stores, said, body], **attributes(data_la_near=ids.near_of(part)))


def slots(part: str) -> dict[str, Slot]:
    """What every part fills besides its cards: `filled` takes the skeletons away, `failed` is empty."""
    return {"filled": Slot(part, "className"), "failed": Slot(ids.state_of(part), "children")}


FILLED = {"filled": "la-further", "failed": None}
"""The values of `slots` once the part has been read."""
