"""The page of one course."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from dash import ClientsideFunction, Input, Output, State

from callbacks.answering import (
    AS_OF,
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    as_of_lines,
    drawn_anew,
    links_for,
    outputs_of,
    refused,
    version_of,
)
from callbacks.saved_views import with_view
from callbacks.unchanged import SHOWN
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
    "group": Input(ids.Classroom.GROUP, "value"),
    "span": Input(ids.Classroom.RANGE, "value"),
    "activity": Input(ids.Classroom.ACTIVITY, "value"),
    "seen": Input(ids.Classroom.SEEN, "value"),
    "score": Input(ids.Classroom.SCORE, "value"),
    "against": Input(ids.Classroom.COMPARE, "value"),
    "learners": Input(ids.Classroom.PICKED, "data"),
}
"""What the page's answer depends on, by the names of `Filters`."""


SHOWN_NOW: Final = {
    "names": State(ids.Classroom.PAGE, ids.Classroom.SHOWN),
    "look": State(ids.Classroom.PAGE, "className"),
}
"""What the page holds. While it looks as when it was laid out it holds nothing, whatever the names say: an answer to
the page before may have come to it, without what that one held. An answer that changes its look therefore holds all."""


def show_classroom(
    asked: Asked, controls: Mapping[str, object], page: Mapping[str, object], shown: Mapping[str, object]
) -> Any:
    """Everything on the page of the course in the address, for the chosen learners and dates, but for what the page
    holds already."""
    at, filters = PageAddress.parse(page), Filters.parse(**controls)
    waits = "la-loading" in str(shown.get("look") or "la-loading").split()
    return answered(asked, ids.Classroom.PAGE, lambda: _read(asked, at, filters, None if waits else shown.get("names")))


def _read(asked: Asked, at: PageAddress, filters: Filters, shown: object) -> PageAnswer:
    principal, reader = asked.principal, asked.services.reader
    course = reader.find_course(principal, at.required_id())
    topic, wider = (Topic(principal.organisation_id, principal.public_id, course=each) for each in (course, None))
    about = topic
    version, version_of_all = version_of(asked, topic), version_of(asked, wider)
    resolved, name = with_view(asked, at, filters)
    view = reader.classroom(principal, at.required_id(), resolved)
    if view.hidden or any(limited == course for limited, _section in principal.sections):
        # The news of so small a course, or of other sections, would tell when one of few learners does something.
        topic, version = wider, version_of_all
    own = reader.own_address(principal.organisation_id) if principal.administers else None
    links = replace(links_for(asked, at), institution=own)
    depends = {"filters": filters, "name": name, "institution": own}
    values = drawn_anew(
        asked, at, view, lambda: classroom.fill(view, at.screen, links, filters, name), shown, **depends
    )
    filled = {**values, AS_OF: as_of_lines(view, classroom.CARDS)}
    return PageAnswer(filled, topic, version, view.freshness, about, f"{view.course.code} {view.course.title}".strip())


def register(registry: CallbackRegistry) -> None:
    """Connects the page. A new figure of the chart that can be zoomed goes through a Store, where its zoom is kept."""
    slots = {**classroom.slots()}
    fresh = {"time_and_score": Output(ids.fresh_of(ids.Classroom.TIME_AND_SCORE), "data")}
    held = {SHOWN: Output(ids.Classroom.PAGE, ids.Classroom.SHOWN)}
    wiring = Wiring(
        output={**outputs_of(slots), **fresh, **held},
        inputs={"controls": CONTROLS, "page": PAGE_INPUTS, "shown": SHOWN_NOW},
        refused=lambda: refused(ids.Classroom.PAGE),
    )
    registry.register(Permission.CLASSROOM_PAGE, show_classroom, wiring)
    _in_the_browser(registry)


def _in_the_browser(registry: CallbackRegistry) -> None:
    """What needs no server: rows that keep their order, those that are shown,
    learners picked in the chart, what a drag over it does."""
    room, app = ids.Classroom, registry.app
    app.clientside_callback(
        ClientsideFunction("classroom", "keepOrder"),
        Output(room.LEARNERS, "rowData"),
        Input(ids.fresh_of(room.LEARNERS), "data"),
        State(room.LEARNERS, "rowData"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("classroom", "narrow"),
        Input(ids.narrowed_of(room.LEARNERS), "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("classroom", "choose"),
        Output(room.PICKED, "data"),
        Input(room.TIME_AND_SCORE, "selectedData"),
        prevent_initial_call=True,
    )
    app.clientside_callback(ClientsideFunction("classroom", "drag"), Input(room.DRAG, "value"))
