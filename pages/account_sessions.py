"""Who is signed in where: `/account/sessions` for oneself, `/organisations/<id>/sessions` for administrators."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import administration, sessions
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(**_query: str) -> Component:
    """The empty page of one's own sessions."""
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": None, "embedded": False})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), sessions.body()])


def organisation_layout(organisation: str = "", **_query: str) -> Component:
    """The empty page of everybody's; `organisation` is the public id of its address."""
    return administration.around(organisation, "sessions", sessions.body())


def _own_title(**_variables: str) -> str:
    return _("Your sessions · Learning analytics")


def _title(**_variables: str) -> str:
    return _("Who is signed in · Learning analytics")


dash.register_page(
    "pages.account_sessions", path="/account/sessions", title=_own_title, layout=layout, permission=Permission.SIGNED_IN
)
# Its name comes before that of the institution, whose address would else take this one for an organisation's name.
dash.register_page(
    "pages.account_sessions_of_all",
    path_template="/organisations/<organisation>/sessions",
    title=_title,
    layout=organisation_layout,
    permission=Permission.INSTITUTION_PAGE,
)
