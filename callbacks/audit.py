"""The page of the audit trail."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ClientsideFunction, Input, Output, State

from callbacks.answering import PAGE_INPUTS, PageAddress, PageAnswer, answered, outputs_of, refused, version_of
from dashapp import ids
from dashapp.components import audit
from dashapp.data.queries.audit import PAGE_ROWS, AuditReader
from dashapp.domain.audit import AuditFilters
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic

Audit: Final = ids.Audit

_CONTROLS: Final = {
    "person": Audit.PERSON,
    "action": Audit.ACTION,
    "page": Audit.OPENED,
    "from": Audit.FIRST,
    "to": Audit.LAST,
    "number": Audit.PAGE_NUMBER,
}
"""The parameters of the address and the controls that they stand for."""


def show_trail(asked: Asked, chosen: Mapping[str, object], page: Mapping[str, object]) -> Any:
    """A page of the list."""
    at, filters = PageAddress.parse(page), AuditFilters.parse(chosen)

    def read() -> PageAnswer:
        principal, services = asked.principal, asked.services
        if services.reader.own_address(principal.organisation_id) != at.required_id():
            raise NotFound("There is no such organisation.")
        topic = Topic(principal.organisation_id, principal.public_id)
        version = version_of(asked, topic)
        view = AuditReader(services.database).view(principal, filters, services.live.freshness())
        return PageAnswer(audit.fill(view, PAGE_ROWS), topic, version, view.freshness)

    return answered(asked, Audit.PAGE, read)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    shown = Wiring(
        output=outputs_of(audit.slots()),
        inputs={
            "chosen": {name: Input(control, "value") for name, control in _CONTROLS.items()},
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(Audit.PAGE),
    )
    registry.register(Permission.AUDIT_PAGE, show_trail, shown)
    registry.app.clientside_callback(
        ClientsideFunction("letters", "turn"),
        Output(Audit.PAGE_NUMBER, "value"),
        Input(Audit.PREVIOUS, "n_clicks"),
        Input(Audit.NEXT, "n_clicks"),
        *(Input(control, "value") for control in _CONTROLS.values() if control != Audit.PAGE_NUMBER),
        State(Audit.PAGE_NUMBER, "value"),
        prevent_initial_call=True,
    )
