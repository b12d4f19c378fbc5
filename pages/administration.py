"""The overview of the administration: `/organisations/<id>/administration`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "administration", administration.body())


def _title(**_variables: str) -> str:
    return _("Administration · Learning analytics")


dash.register_page(
    "pages.administration",
    path_template="/organisations/<organisation>/administration",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
