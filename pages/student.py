"""The page of one learner: `/me` for oneself, `/learners/<id>` for those who teach them; the same under `/embed`."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import contacts, student
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(learner: str | None, *, embedded: bool, query: dict[str, str]) -> Component:
    body = student.body(own=learner is None)
    chosen = Filters.parse(course=query.get("course")).course
    body[ids.Student.COURSE].value = str(chosen) if chosen else ""
    if learner is not None:
        body.children.append(contacts.body())
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": learner, "embedded": embedded})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), body])


def layout(learner: str | None = None, **query: str) -> Component:
    """The empty page; `learner` is the public id of its address, None for oneself."""
    return _page(learner, embedded=False, query=query)


def embedded_layout(learner: str | None = None, **query: str) -> Component:
    """The same inside a frame."""
    return _page(learner, embedded=True, query=query)


def _own_title(**_variables: str) -> str:
    return _("My page · Learning analytics")


def _title(**_variables: str) -> str:
    return _("Learner · Learning analytics")


dash.register_page("pages.me", path="/me", title=_own_title, layout=layout, permission=Permission.OWN_PAGE, lasts=True)
dash.register_page(
    "pages.me_embedded",
    path="/embed/me",
    title=_own_title,
    layout=embedded_layout,
    permission=Permission.OWN_PAGE,
    lasts=True,
)
dash.register_page(
    "pages.learner",
    path_template="/learners/<learner>",
    title=_title,
    layout=layout,
    permission=Permission.LEARNER_PAGE,
    lasts=True,
)
dash.register_page(
    "pages.learner_embedded",
    path_template="/embed/learners/<learner>",
    title=_title,
    layout=embedded_layout,
    permission=Permission.LEARNER_PAGE,
    lasts=True,
)
