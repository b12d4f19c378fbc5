"""The page of an organisation for its administrators: `/organisations/<id>`, and the same under `/embed`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import institution
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(organisation: str, *, embedded: bool, query: dict[str, str]) -> Component:
    body = institution.body()
    filters = Filters.parse(unit=query.get("unit"), first=query.get("from"), last=query.get("to"))
    body[ids.Institution.UNIT].value = filters.unit or ""
    body[ids.Institution.FIRST].value = filters.first.isoformat() if filters.first else ""
    body[ids.Institution.LAST].value = filters.last.isoformat() if filters.last else ""
    body[ids.Institution.SPAN].value = institution.span_of(query.get("by"))
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": organisation, "embedded": embedded})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), body])


def layout(organisation: str = "", **query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return _page(organisation, embedded=False, query=query)


def embedded_layout(organisation: str = "", **query: str) -> Component:
    """The same inside a frame."""
    return _page(organisation, embedded=True, query=query)


def _title(**_variables: str) -> str:
    return _("Institution · Learning analytics")


dash.register_page(
    "pages.institution",
    path_template="/organisations/<organisation>",
    title=_title,
    layout=layout,
    permission=Permission.INSTITUTION_PAGE,
    lasts=True,
)
dash.register_page(
    "pages.institution_embedded",
    path_template="/embed/organisations/<organisation>",
    title=_title,
    layout=embedded_layout,
    permission=Permission.INSTITUTION_PAGE,
    lasts=True,
)
