"""Rosters of an institution: `/organisations/<id>/rosters`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, rosters
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "rosters", rosters.body(organisation))


def _title(**_variables: str) -> str:
    return _("Rosters · Learning analytics")


dash.register_page(
    "pages.rosters",
    path_template="/organisations/<organisation>/rosters",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
