"""The page about the quality of the data."""

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
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import quality
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Permission
from dashapp.domain.quality import QualityView
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic


def show_quality(asked: Asked, page: Mapping[str, object]) -> Any:
    """Everything on the page."""
    at = PageAddress.parse(page)
    return answered(asked, ids.Quality.PAGE, lambda: _read(asked, at))


def _read(asked: Asked, at: PageAddress) -> PageAnswer:
    principal = asked.principal
    topic = Topic(principal.organisation_id, principal.public_id)
    version = version_of(asked, topic)
    view = read_view(asked, at)
    values = drawn(asked, at, view, lambda: quality.fill(view, at.screen))
    return PageAnswer({**values, AS_OF: as_of_lines(view, quality.CARDS)}, topic, version, view.freshness)


def read_view(asked: Asked, at: PageAddress) -> QualityView:
    """What the page shows. Raises NotFound for the address of another organisation, NotPermitted."""
    if asked.services.reader.own_address(asked.principal.organisation_id) != at.required_id():
        raise NotFound("There is no such organisation.")
    return asked.services.reader.quality(asked.principal)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    wiring = Wiring(
        output=outputs_of(quality.slots()),
        inputs={"page": PAGE_INPUTS},
        refused=lambda: refused(ids.Quality.PAGE),
    )
    registry.register(Permission.INSTITUTION_PAGE, show_quality, wiring)
