"""One report in the builder: `/reports/<id>`, and the same under `/embed`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import report_builder
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(report: str, *, embedded: bool) -> Component:
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": report, "embedded": embedded})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), report_builder.body()])


def layout(report: str = "", **_query: str) -> Component:
    """The empty builder; `report` is the public id of its address."""
    return _page(report, embedded=False)


def embedded_layout(report: str = "", **_query: str) -> Component:
    """The same inside a frame."""
    return _page(report, embedded=True)


def _title(**_variables: str) -> str:
    return _("Report · Learning analytics")


PERMISSION = Permission.REPORTS_PAGE
dash.register_page(
    "pages.report", path_template="/reports/<report>", title=_title, layout=layout, permission=PERMISSION
)
dash.register_page(
    "pages.report_embedded",
    path_template="/embed/reports/<report>",
    title=_title,
    layout=embedded_layout,
    permission=PERMISSION,
)
