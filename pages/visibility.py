"""What students see: `/organisations/<id>/visibility`, and the page as one of them sees it, below `…/preview`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import administration, student, visibility
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "visibility", visibility.body())


def preview_layout(course: str = "", **_query: str) -> Component:
    """The empty page of an invented student of a course."""
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": course, "embedded": False, "preview": True})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), student.body(own=False)])


def _title(**_variables: str) -> str:
    return _("Visibility · Learning analytics")


dash.register_page(
    "pages.visibility",
    path_template="/organisations/<organisation>/visibility",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
# Its name comes before that of the classroom, whose address would else take this one for a course's id.
dash.register_page(
    "pages.class_preview",
    path_template="/courses/<course>/preview",
    title=_title,
    layout=preview_layout,
    permission=Permission.CLASSROOM_PAGE,
)
