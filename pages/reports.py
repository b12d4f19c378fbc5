"""The reports that the reader may read: `/reports`, and the same under `/embed`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import reports
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(*, embedded: bool) -> Component:
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": None, "embedded": embedded})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), reports.body()])


def layout(**_query: str) -> Component:
    """The empty list."""
    return _page(embedded=False)


def embedded_layout(**_query: str) -> Component:
    """The same inside a frame."""
    return _page(embedded=True)


def _title(**_variables: str) -> str:
    return _("Reports · Learning analytics")


PERMISSION = Permission.REPORTS_PAGE
dash.register_page("pages.reports", path="/reports", title=_title, layout=layout, permission=PERMISSION)
dash.register_page(
    "pages.reports_embedded", path="/embed/reports", title=_title, layout=embedded_layout, permission=PERMISSION
)
