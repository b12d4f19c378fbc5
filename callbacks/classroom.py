"""The page of one course."""

from collections.abc import Mapping
from typing import Any, Final

from dash import Input, Output

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
from dashapp.components import classroom
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic

CONTROLS: Final = {
    "section": Input(ids.Classroom.SECTION, "value"),
    "first": Input(ids.Classroom.FIRST, "value"),
    "last": Input(ids.Classroom.LAST, "value"),
    "level": Input(ids.Classroom.LEVEL, "value"),
}
"""What the page's answer depends on, by the names of `Filters`."""


def show_classroom(asked: Asked, controls: Mapping[str, object], page: Mapping[str, object]) -> Any:
    """Everything on the page of the course in the address, for the chosen section, dates and level."""
    at, filters = PageAddress.parse(page), Filters.parse(**controls)
    return answered(asked, ids.Classroom.PAGE, lambda: _read(asked, at, filters))


def _read(asked: Asked, at: PageAddress, filters: Filters) -> PageAnswer:
    principal, reader = asked.principal, asked.services.reader
    course = reader.find_course(principal, at.required_id())
    topic, wider = (Topic(principal.organisation_id, principal.public_id, course=each) for each in (course, None))
    about = topic
    version, version_of_all = version_of(asked, topic), version_of(asked, wider)
    view = reader.classroom(principal, at.required_id(), filters)
    if view.hidden or any(limited == course for limited, _section in principal.sections):
        # The news of so small a course, or of other sections, would tell when one of few learners does something.
        topic, version = wider, version_of_all
    links = links_for(asked, at)
    values = drawn(asked, at, view, lambda: classroom.fill(view, at.screen, links, filters), filters=filters)
    filled = {**values, AS_OF: as_of_lines(view, classroom.CARDS)}
    return PageAnswer(filled, topic, version, view.freshness, about)


def register(registry: CallbackRegistry) -> None:
    """Connects the page. A new figure of the chart that can be zoomed goes through a Store, where its zoom is kept."""
    slots = {**classroom.slots()}
    fresh = {"time_and_score": Output(ids.fresh_of(ids.Classroom.TIME_AND_SCORE), "data")}
    wiring = Wiring(
        output={**outputs_of(slots), **fresh},
        inputs={
            "controls": CONTROLS,
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(ids.Classroom.PAGE),
    )
    registry.register(Permission.CLASSROOM_PAGE, show_classroom, wiring)
