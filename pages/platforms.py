"""Learning platforms that launch pages, for administrators: `/organisations/<id>/platforms`.

It is not there under `/embed`: whom to believe is not decided inside of a platform.
"""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import platforms
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": organisation, "embedded": False})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), platforms.body()])


def _title(**_variables: str) -> str:
    return _("Learning platforms · Learning analytics")


dash.register_page(
    "pages.platforms",
    path_template="/organisations/<organisation>/platforms",
    title=_title,
    layout=layout,
    permission=Permission.PLATFORMS_PAGE,
)
