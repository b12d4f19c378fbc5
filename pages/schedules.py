"""The reports that go out by themselves: `/schedules`, and the same under `/embed`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import schedule_list
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(*, embedded: bool) -> Component:
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": None, "embedded": embedded})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), schedule_list.body()])


def layout(**_query: str) -> Component:
    """The empty list."""
    return _page(embedded=False)


def embedded_layout(**_query: str) -> Component:
    """The same inside a frame."""
    return _page(embedded=True)


def _title(**_variables: str) -> str:
    return _("Schedules · Learning analytics")


PERMISSION = Permission.REPORTS_PAGE
dash.register_page("pages.schedules", path="/schedules", title=_title, layout=layout, permission=PERMISSION)
dash.register_page(
    "pages.schedules_embedded", path="/embed/schedules", title=_title, layout=embedded_layout, permission=PERMISSION
)
