"""The systems that send events: `/organisations/<id>/connections`. It is not there under `/embed`: keys are shown."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, connections
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "connections", connections.body())


def _title(**_variables: str) -> str:
    return _("Connections · Learning analytics")


dash.register_page(
    "pages.connections",
    path_template="/organisations/<organisation>/connections",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
