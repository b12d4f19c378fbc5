"""How good the data are, for administrators: `/organisations/<id>/data-quality`, and the same under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, quality
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(organisation: str, *, embedded: bool) -> Component:
    return administration.around(organisation, "data-quality", quality.body(), embedded=embedded)


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return _page(organisation, embedded=False)


def embedded_layout(organisation: str = "", **_query: str) -> Component:
    """The same inside a frame."""
    return _page(organisation, embedded=True)


def _title(**_variables: str) -> str:
    return _("Data quality · Learning analytics")


dash.register_page(
    "pages.data_quality",
    path_template="/organisations/<organisation>/data-quality",
    title=_title,
    layout=layout,
    permission=Permission.INSTITUTION_PAGE,
)
dash.register_page(
    "pages.data_quality_embedded",
    path_template="/embed/organisations/<organisation>/data-quality",
    title=_title,
    layout=embedded_layout,
    permission=Permission.INSTITUTION_PAGE,
)
