"""A figure as its parts: what is sent to a browser, and plotly's own object of it where one is needed."""

from functools import cached_property
from typing import Any, Final

import orjson
import plotly.graph_objects as go

Json = dict[str, Any]
"""A part of a figure, in the words of plotly's schema."""

OPTIONS: Final = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def written(value: object) -> bytes:
    """Anything that Dash sends as JSON: components, figures, and lists and mappings of them; NaN as null."""
    return orjson.dumps(value, default=_parts, option=OPTIONS)


def _parts(value: Any) -> object:
    """Raises TypeError for what is no part of a page."""
    if isinstance(value, Drawing):
        return orjson.Fragment(value.to_bytes())
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    raise TypeError(f"{type(value).__name__} cannot be sent to a browser")


class Drawing:
    """A figure of the look.

    plotly's own object, which checks every property against its schema, takes ten times as long to build as all else
    of a figure takes. So it is built where somebody asks for `data`, `layout` or `checked`: tests do so for every
    figure, pages never.
    """

    def __init__(self, traces: list[Json], layout: Json, template: orjson.Fragment) -> None:
        """`template` is what figures of one theme share, as JSON."""
        self.traces = traces
        self.own_layout = layout
        self._template = template

    def but(self, traces: list[Json], **layout: object) -> "Drawing":
        """The same drawing with other traces, and with these parts of its layout."""
        return Drawing(traces, {**self.own_layout, **layout}, self._template)

    def to_bytes(self) -> bytes:
        """The figure as JSON."""
        layout = {"template": self._template, **self.own_layout}
        return orjson.dumps({"data": self.traces, "layout": layout}, option=OPTIONS)

    def to_plotly_json(self) -> Json:
        """The same as plain values: by this name Dash asks a figure for them."""
        parts: Json = orjson.loads(self.to_bytes())
        return parts

    @cached_property
    def checked(self) -> go.Figure:
        """plotly's object of the figure. Raises ValueError where plotly's schema knows better."""
        return go.Figure(self.to_plotly_json())

    @property
    def data(self) -> Any:
        """The traces of `checked`."""
        return self.checked.data

    @property
    def layout(self) -> Any:
        """The layout of `checked`."""
        return self.checked.layout
