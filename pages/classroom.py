"""The page of one course for those who teach it: `/courses/<id>`, and the same under `/embed`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import classroom, classroom_filters
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(course: str, *, embedded: bool, query: dict[str, str]) -> Component:
    body = classroom.body()
    filters = Filters.of_query(query)
    for control, value in classroom_filters.values_of(filters).items():
        body[control].value = value
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": course, "embedded": embedded})
    picked = dcc.Store(id=ids.Classroom.PICKED)
    fresh = dcc.Store(id=ids.fresh_of(ids.Classroom.TIME_AND_SCORE))
    return html.Div([address, picked, fresh, html.Div(id=ids.Shell.REFUSAL), body])


def layout(course: str = "", **query: str) -> Component:
    """The empty page; `course` is the public id of its address."""
    return _page(course, embedded=False, query=query)


def embedded_layout(course: str = "", **query: str) -> Component:
    """The same inside a frame."""
    return _page(course, embedded=True, query=query)


def _title(**_variables: str) -> str:
    return _("Classroom · Learning analytics")


dash.register_page(
    "pages.classroom",
    path_template="/courses/<course>",
    title=_title,
    layout=layout,
    permission=Permission.CLASSROOM_PAGE,
    lasts=True,
)
dash.register_page(
    "pages.classroom_embedded",
    path_template="/embed/courses/<course>",
    title=_title,
    layout=embedded_layout,
    permission=Permission.CLASSROOM_PAGE,
    lasts=True,
)
