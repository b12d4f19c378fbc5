"""Who looked at what in an organisation: `/organisations/<id>/audit`, and the same under `/embed`."""

import dash
from dash.development.base_component import Component

from dashapp.components import administration, audit
from dashapp.domain.audit import AuditFilters
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(organisation: str, *, embedded: bool, query: dict[str, str]) -> Component:
    body = audit.body(AuditFilters.parse(query))
    return administration.around(organisation, "audit", body, embedded=embedded)


def layout(organisation: str = "", **query: str) -> Component:
    """The empty page; `organisation` is the public id of its address."""
    return _page(organisation, embedded=False, query=query)


def embedded_layout(organisation: str = "", **query: str) -> Component:
    """The same inside a frame."""
    return _page(organisation, embedded=True, query=query)


def _title(**_variables: str) -> str:
    return _("Audit trail · Learning analytics")


dash.register_page(
    "pages.audit",
    path_template="/organisations/<organisation>/audit",
    title=_title,
    layout=layout,
    permission=Permission.AUDIT_PAGE,
)
dash.register_page(
    "pages.audit_embedded",
    path_template="/embed/organisations/<organisation>/audit",
    title=_title,
    layout=embedded_layout,
    permission=Permission.AUDIT_PAGE,
)
