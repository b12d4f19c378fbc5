"""Learning platforms that launch pages, for administrators: `/organisations/<id>/platforms`.

It is not there under `/embed`: whom to believe is not decided inside of a platform.
"""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, platforms
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return administration.around(organisation, "platforms", platforms.body())


def _title(**_variables: str) -> str:
    return _("Learning platforms · Learning analytics")


dash.register_page(
    "pages.platforms",
    path_template="/organisations/<organisation>/platforms",
    title=_title,
    layout=layout,
    permission=Permission.PLATFORMS_PAGE,
)
