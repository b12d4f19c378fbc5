"""An address that is none of ours: the same words as for a page that the reader may not see."""

import dash
from dash.development.base_component import Component

from dashapp.components import shell
from dashapp.domain.principal import Permission
from dashapp.words import _


def layout(**_query: str) -> Component:
    """Words, and the way back."""
    start = (_("Go to my first page"), dash.get_relative_path("/"))
    title, text = _("There is nothing here for you"), _("The address may be wrong, or not yours to open.")
    return shell.message(title, text, start)


def _title(**_variables: str) -> str:
    return _("Not found · Learning analytics")


dash.register_page(
    "pages.not_found_404", path="/not-found", title=_title, layout=layout, permission=Permission.SIGNED_IN
)
