"""How people and services come in: `/organisations/<id>/sign-in`. It is not there under `/embed`: keys are shown."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, sign_in
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "sign-in", sign_in.body())


def _title(**_variables: str) -> str:
    return _("Sign-in and keys · Learning analytics")


dash.register_page(
    "pages.sign_in",
    path_template="/organisations/<organisation>/sign-in",
    title=_title,
    layout=layout,
    permission=Permission.ADMINISTRATION_PAGE,
)
