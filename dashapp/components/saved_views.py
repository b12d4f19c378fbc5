"""The menu of views: filters of a course's page that somebody keeps under a name."""

import json
from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components.attributes import attributes
from dashapp.components.classroom_filters import CLEARED, values_of
from dashapp.components.unnamed import NAMED
from dashapp.domain.saved_views import LONGEST_NAME, SavedView
from dashapp.ids import Classroom, SavedViews
from dashapp.words import _


def menu() -> Component:
    """The closed menu; its list is read when it is opened."""
    name = dbc.Input(id=SavedViews.NAME, type="text", autocomplete="off", maxLength=LONGEST_NAME, n_submit=0)
    label = html.Label([html.Span(_("Name"), className="la-small la-2"), name])
    save = html.Button(
        _("Save these filters"), id=SavedViews.SAVE, type="button", className="btn btn-sm btn-primary", n_clicks=0
    )
    undo = html.Button(
        _("Undo"),
        id=SavedViews.UNDO,
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
        hidden=True,
    )
    said = html.Div([html.Span(id=SavedViews.SAID, role="status"), undo], className="la-views-said")
    body = html.Div(
        [html.Ul(id=SavedViews.LIST, className="la-views"), said, html.Div([label, save], className="la-views-new")],
        className="la-pop la-views-pop",
    )
    summary = html.Summary(_("Views"), id=SavedViews.OPEN, n_clicks=0, className="la-chip")
    deleted = dcc.Store(id=SavedViews.DELETED)
    return html.Div([html.Details([summary, body], className="la-menu"), deleted], className=NAMED)


def rows(views: Sequence[SavedView]) -> list[Component]:
    """The list: each view opens by one click, is compared with, renamed to what stands in the field, or deleted."""
    if not views:
        return [html.Li(_("No view is saved yet."), className="la-2")]
    return [_row(view) for view in views]


def _row(view: SavedView) -> Component:
    key = str(view.public_id)
    empty = {name: "" for name in CLEARED if name != Classroom.PICKED}
    chosen = json.dumps({**empty, **values_of(view.filters())})
    small = "btn btn-sm btn-link"
    buttons = [
        html.Button(html.Bdi(view.name), type="button", className="la-view", **attributes(data_la_view=chosen)),
        html.Button(_("Compare"), type="button", className=small, **attributes(data_la_compare=f"view:{key}")),
        html.Button(_("Rename"), id=SavedViews.rename(key), type="button", className=small, n_clicks=0),
        html.Button(_("Delete"), id=SavedViews.delete(key), type="button", className=small, n_clicks=0),
    ]
    return html.Li(buttons)
