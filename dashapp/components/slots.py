"""A slot is a place on a page that an update fills: one property of one component."""

from typing import Any, NamedTuple

from dashapp import ids


class Slot(NamedTuple):
    """`Output(slot.id, slot.property)` writes to it."""

    id: Any
    """A text, or a pattern id whose values are a list."""
    property: str


def chart_slots(name: str, chart: str) -> dict[str, Slot]:
    """The three slots of a chart card: figure, words in its place (None: show the figure), line below the title."""
    return {
        name: Slot(chart, "figure"),
        f"{name}_state": Slot(ids.state_of(chart), "children"),
        f"{name}_line": Slot(ids.line_of(chart), "children"),
    }
