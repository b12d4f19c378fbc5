"""What was refused in an organisation: `/organisations/<id>/dead-letters`, and the same under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import administration, letters
from dashapp.domain.letters import LetterFilters
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(organisation: str, *, embedded: bool, query: dict[str, str]) -> Component:
    filters = LetterFilters.parse(query)
    body = letters.body(filters)
    body[ids.Letters.REASON].value = filters.reason.value if filters.reason else ""
    return administration.around(organisation, "dead-letters", body, embedded=embedded)


def layout(organisation: str = "", **query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return _page(organisation, embedded=False, query=query)


def embedded_layout(organisation: str = "", **query: str) -> Component:
    """The same inside a frame."""
    return _page(organisation, embedded=True, query=query)


def _title(**_variables: str) -> str:
    return _("Refused events · Learning analytics")


dash.register_page(
    "pages.dead_letters",
    path_template="/organisations/<organisation>/dead-letters",
    title=_title,
    layout=layout,
    permission=Permission.DEAD_LETTERS_PAGE,
)
dash.register_page(
    "pages.dead_letters_embedded",
    path_template="/embed/organisations/<organisation>/dead-letters",
    title=_title,
    layout=embedded_layout,
    permission=Permission.DEAD_LETTERS_PAGE,
)
