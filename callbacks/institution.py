"""The page of an organisation."""

from collections.abc import Mapping
from typing import Any, Final

from dash import Input

from callbacks.answering import (
    AS_OF,
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    as_of_lines,
    drawn,
    links_for,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import institution
from dashapp.domain.errors import NotFound
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Permission
from dashapp.domain.views import InstitutionView
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic

CONTROLS: Final = {
    "unit": Input(ids.Institution.UNIT, "value"),
    "first": Input(ids.Institution.FIRST, "value"),
    "last": Input(ids.Institution.LAST, "value"),
}
"""What the page and its further part depend on, by the names of `Filters`."""


def show_institution(asked: Asked, controls: Mapping[str, object], span: object, page: Mapping[str, object]) -> Any:
    """Everything on the page of the organisation, for the chosen unit of it, dates, and spans of time."""
    at, filters = PageAddress.parse(page), Filters.parse(**controls)
    return answered(asked, ids.Institution.PAGE, lambda: _read(asked, at, filters, institution.span_of(span)))


def _read(asked: Asked, at: PageAddress, filters: Filters, span: str) -> PageAnswer:
    principal = asked.principal
    topic = Topic(principal.organisation_id, principal.public_id)
    version = version_of(asked, topic)
    view = read_view(asked, at, filters)
    links = links_for(asked, at)
    chosen = institution.Chosen(filters, span, PublicId(at.required_id()))
    values = drawn(asked, at, view, lambda: institution.fill(view, at.screen, links, chosen), chosen=chosen)
    filled = {**values, AS_OF: as_of_lines(view, institution.CARDS)}
    return PageAnswer(filled, topic, version, view.freshness, called=view.name)


def read_view(asked: Asked, at: PageAddress, filters: Filters) -> InstitutionView:
    """What the page shows. Raises NotFound for the address of another organisation, NotPermitted."""
    if asked.services.reader.own_address(asked.principal.organisation_id) != at.required_id():
        raise NotFound("There is no such organisation.")
    return asked.services.reader.institution(asked.principal, filters)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    wiring = Wiring(
        output=outputs_of(institution.slots()),
        inputs={"controls": CONTROLS, "span": Input(ids.Institution.SPAN, "value"), "page": PAGE_INPUTS},
        refused=lambda: refused(ids.Institution.PAGE),
    )
    registry.register(Permission.INSTITUTION_PAGE, show_institution, wiring)
