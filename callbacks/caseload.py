"""The list of the learners whom the reader advises or is guardian of."""

from collections.abc import Mapping
from typing import Any

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
from dashapp.components import caseload
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic


def list_caseload(asked: Asked, page: Mapping[str, object]) -> Any:
    """The learners as links with their levels, those who need help first."""
    at = PageAddress.parse(page)
    return answered(asked, ids.Caseload.PAGE, lambda: _read(asked, at))


def _read(asked: Asked, at: PageAddress) -> PageAnswer:
    principal = asked.principal
    topic = Topic(principal.organisation_id, principal.public_id)
    version = version_of(asked, topic)
    view = asked.services.reader.caseload(principal)
    links = links_for(asked, at)
    values = drawn(asked, at, view, lambda: caseload.fill(view, at.screen, links))
    return PageAnswer({**values, AS_OF: as_of_lines(view, caseload.CARDS)}, topic, version, view.freshness)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    wiring = Wiring(
        output=outputs_of(caseload.slots()), inputs={"page": PAGE_INPUTS}, refused=lambda: refused(ids.Caseload.PAGE)
    )
    registry.register(Permission.CASELOAD_PAGE, list_caseload, wiring)
