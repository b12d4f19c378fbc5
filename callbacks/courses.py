"""The list of the courses that the reader may open."""

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
from dashapp.components import courses
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic


def list_courses(asked: Asked, page: Mapping[str, object]) -> Any:
    """The courses as links with their key figures, those under way first."""
    at = PageAddress.parse(page)
    return answered(asked, ids.Courses.PAGE, lambda: _read(asked, at))


def _read(asked: Asked, at: PageAddress) -> PageAnswer:
    principal = asked.principal
    topic = Topic(principal.organisation_id, principal.public_id)
    version = version_of(asked, topic)
    view = asked.services.reader.courses(principal)
    links = links_for(asked, at)
    values = drawn(asked, at, view, lambda: courses.fill(view, at.screen, links))
    return PageAnswer({**values, AS_OF: as_of_lines(view, courses.CARDS)}, topic, version, view.freshness)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    wiring = Wiring(
        output=outputs_of(courses.slots()), inputs={"page": PAGE_INPUTS}, refused=lambda: refused(ids.Courses.PAGE)
    )
    registry.register(Permission.CLASSROOM_PAGE, list_courses, wiring)
