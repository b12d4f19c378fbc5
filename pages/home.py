"""The start leads on to the first page of the reader's role."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(**_query: str) -> Component:
    """Nothing to see: the callback answers with the address to go to."""
    asked = dcc.Store(id=ids.Home.ASKED, data=True)
    return html.Div([asked, dcc.Location(id=ids.Home.LOCATION, refresh="callback-nav")])


def _title(**_variables: str) -> str:
    return _("Learning analytics")


dash.register_page("pages.home", path="/", title=_title, layout=layout, permission=Permission.SIGNED_IN)
