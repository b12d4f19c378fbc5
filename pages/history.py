"""What happened before, from files: `/organisations/<id>/history`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, history
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "history", history.body(organisation))


def _title(**_variables: str) -> str:
    return _("History · Learning analytics")


dash.register_page(
    "pages.history",
    path_template="/organisations/<organisation>/history",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
