"""Guardians: `/organisations/<id>/guardians` for administrators, `/me/guardians` for the learner.

A code is used at `/guardian`; the same pages stand under `/embed`.
"""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import administration, guardians
from dashapp.domain.principal import Permission
from dashapp.words import _


def _page(named: str | None, body: Component, *, embedded: bool = False) -> Component:
    address = dcc.Store(id=ids.Shell.ADDRESS, data={"id": named, "embedded": embedded})
    return html.Div([address, html.Div(id=ids.Shell.REFUSAL), body])


def layout(organisation: str = "", **_query: str) -> Component:
    """The empty page of an organisation; `organisation` is the public id of its address."""
    return administration.around(organisation, "guardians", guardians.body())


def embedded_layout(organisation: str = "", **_query: str) -> Component:
    """The same inside a frame."""
    return _page(organisation, guardians.body(), embedded=True)


def own_layout(**_query: str) -> Component:
    """The empty page of a learner."""
    return _page(None, guardians.own_body())


def embedded_own_layout(**_query: str) -> Component:
    """The same inside a frame."""
    return _page(None, guardians.own_body(), embedded=True)


def invitation_layout(**_query: str) -> Component:
    """Where a code is used."""
    return _page(None, guardians.invitation_body())


def embedded_invitation_layout(**_query: str) -> Component:
    """The same inside a frame."""
    return _page(None, guardians.invitation_body(), embedded=True)


def _title(**_variables: str) -> str:
    return _("Guardians · Learning analytics")


def _own_title(**_variables: str) -> str:
    return _("Who sees my page · Learning analytics")


def _invitation_title(**_variables: str) -> str:
    return _("Become a guardian · Learning analytics")


for _prefix, _name, _layouts in (
    ("", "", (layout, own_layout, invitation_layout)),
    ("/embed", "_embedded", (embedded_layout, embedded_own_layout, embedded_invitation_layout)),
):
    dash.register_page(
        f"pages.guardians{_name}",
        path_template=f"{_prefix}/organisations/<organisation>/guardians",
        title=_title,
        layout=_layouts[0],
        permission=Permission.GUARDIANS_PAGE,
    )
    dash.register_page(
        f"pages.own_guardians{_name}",
        path=f"{_prefix}/me/guardians",
        title=_own_title,
        layout=_layouts[1],
        permission=Permission.OWN_GUARDIANS_PAGE,
    )
    dash.register_page(
        f"pages.invitation{_name}",
        path=f"{_prefix}/guardian",
        title=_invitation_title,
        layout=_layouts[2],
        permission=Permission.SIGNED_IN,
    )
