"""Units and programmes: `/organisations/<id>/units`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, units
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "units", units.body())


def _title(**_variables: str) -> str:
    return _("Units and programmes · Learning analytics")


dash.register_page(
    "pages.units",
    path_template="/organisations/<organisation>/units",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
