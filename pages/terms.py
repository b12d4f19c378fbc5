"""Terms with their calendar: `/organisations/<id>/terms`. It is not there under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, terms
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "terms", terms.body())


def _title(**_variables: str) -> str:
    return _("Terms · Learning analytics")


dash.register_page(
    "pages.terms",
    path_template="/organisations/<organisation>/terms",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
