"""Everybody of an organisation: `/organisations/<id>/people`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, people
from dashapp.domain.people import PeopleFilters
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "people", people.body(PeopleFilters.parse(query)))


def _title(**_variables: str) -> str:
    return _("People · Learning analytics")


dash.register_page(
    "pages.people",
    path_template="/organisations/<organisation>/people",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
