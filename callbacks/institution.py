"""The page of an organisation."""

from collections.abc import Mapping
from typing import Any

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
from dashapp.data.queries.organisations import own_address
from dashapp.domain.errors import NotFound
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic


def show_institution(asked: Asked, unit: object, page: Mapping[str, object]) -> Any:
    """Everything on the page of the organisation, for the chosen unit of it."""
    at, filters = PageAddress.parse(page), Filters.parse(unit=unit)
    return answered(asked, ids.Institution.PAGE, lambda: _read(asked, at, filters))


def _read(asked: Asked, at: PageAddress, filters: Filters) -> PageAnswer:
    principal = asked.principal
    if own_address(asked.services.database, principal.organisation_id) != at.required_id():
        raise NotFound("There is no such organisation.")
    topic = Topic(principal.organisation_id, principal.public_id)
    version = version_of(asked, topic)
    view = asked.services.reader.institution(principal, filters)
    links = links_for(asked, at)
    values = drawn(asked, at, view, lambda: institution.fill(view, at.screen, links))
    filled = {**values, AS_OF: as_of_lines(view, institution.CARDS)}
    return PageAnswer(filled, topic, version, view.freshness, called=view.name)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    wiring = Wiring(
        output=outputs_of(institution.slots()),
        inputs={"unit": Input(ids.Institution.UNIT, "value"), "page": PAGE_INPUTS},
        refused=lambda: refused(ids.Institution.PAGE),
    )
    registry.register(Permission.INSTITUTION_PAGE, show_institution, wiring)
