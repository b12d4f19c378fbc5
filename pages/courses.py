"""The courses that the reader teaches or looks after: `/courses`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import card
from dashapp.words import _


def layout(**_query: str) -> Component:
    """The empty list."""
    waiting = html.P(card.skeleton("40%"))
    head = html.Header(html.Div(html.H1(_("Classrooms"))), className="la-head")
    listed = html.Div(waiting, id=ids.Courses.LIST, className="la-card")
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": None, "embedded": False})
    return html.Div(
        [
            address,
            html.Div(id=ids.Shell.REFUSAL),
            html.Main([head, listed], id=ids.Courses.PAGE, className="la-page la-loading"),
        ]
    )


def _title(**_variables: str) -> str:
    return _("Classrooms · Learning analytics")


dash.register_page("pages.courses", path="/courses", title=_title, layout=layout)
