"""Somebody's entry: `/organisations/<id>/people/<id>`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, person
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", who: str = "", **_query: str) -> Component:
    """The empty page; `organisation` and `who` are the public ids of its address."""
    return administration.around(organisation, "people", person.body(who))


def _title(**_variables: str) -> str:
    return _("Person · Learning analytics")


dash.register_page(
    "pages.person",
    path_template="/organisations/<organisation>/people/<who>",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
