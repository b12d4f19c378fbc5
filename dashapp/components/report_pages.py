"""Where the live preview of a report stands in the page: a component of our own, drawn by `assets/report_pages.js`.

Dash draws everything below a component anew when its children change. Here a chart whose part is the same is not even
looked at, also where blocks before it are added, moved or taken away.
"""

from typing import Any

from dash.development.base_component import Component


class Pages(Component):
    """The pages. `given`: what a server's callback says of them (`callbacks/report_preview.py`); until then the
    children are shown."""

    _namespace = "la_report"
    _type = "Pages"
    _children_props: list[str] = []  # noqa: RUF012  # the declaration of Dash's base class

    children: Any
    id: str
    given: dict[str, Any]

    def __init__(self, children: Component, id: str) -> None:  # noqa: A002  # Dash's name
        """Empty pages."""
        self._prop_names = ["children", "id", "given"]
        self._valid_wildcard_attributes = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties = []
        super().__init__(children=children, id=id)  # type: ignore[no-untyped-call]  # Dash gives it no types
