"""How an organisation leaves: `/organisations/<id>/leaving`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, leaving
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "leaving", leaving.body())


def _title(**_variables: str) -> str:
    return _("Leaving · Learning analytics")


dash.register_page(
    "pages.leaving",
    path_template="/organisations/<organisation>/leaving",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
