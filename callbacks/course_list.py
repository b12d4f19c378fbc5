"""The page of courses: a list that is searched and filtered, one of them opened, and what is decided about them."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, ClientsideFunction, Input, Output, State, no_update

from callbacks import course_decisions, structure
from callbacks.administration import own_organisation
from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    links_for,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import course_list, course_opened
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.course_list import PAGE_ROWS, read_courses_view
from dashapp.data.queries.course_opened import read_opened
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Permission
from dashapp.domain.structure import CourseFilters, Field
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic

List: Final = ids.CourseList
Opened: Final = ids.CourseOpened
_CONTROLS: Final = {
    "q": List.SEARCH,
    "term": List.TERM,
    "unit": List.UNIT,
    "programme": List.PROGRAMME,
    "known": List.KNOWN,
    "page": List.PAGE_NUMBER,
}
"""The parameters of the address and the controls that they stand for."""


def show_courses(asked: Asked, chosen: Mapping[str, object], decision: object, page: Mapping[str, object]) -> Any:
    """A page of the list."""
    del decision  # it only says that something has been decided
    at, filters = PageAddress.parse(page), CourseFilters.parse(chosen)

    def read() -> PageAnswer:
        own_organisation(asked, at)
        services, organisation = asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        with services.database.transaction(DatabaseRole.WEB, organisation) as connection:
            view = read_courses_view(connection, organisation, filters, services.clock())
        return PageAnswer(course_list.fill(view, filters, PAGE_ROWS), topic, version, freshness)

    return answered(asked, List.PAGE, read)


def show_course(asked: Asked, course: object, decision: object, page: Mapping[str, object]) -> dict[str, Any]:
    """The course that is opened, as it is now."""
    del decision
    quiet: dict[str, Any] = dict.fromkeys(course_opened.slots(), no_update)
    at, wanted = PageAddress.parse(page), CourseFilters.parse({"course": course}).course
    organisation = asked.principal.organisation_id
    if wanted is None or asked.services.reader.own_address(organisation) != at.public_id:
        return {**quiet, "nothing": course_opened.nothing_opened(), "parts": True, "held": None}
    now = asked.services.clock()
    try:
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            found = read_opened(connection, organisation, PublicId(wanted), now)
    except NotFound:
        return {**quiet, "nothing": course_opened.gone(), "parts": True, "held": None}
    return course_opened.fill(found, links_for(asked, at), freshness_of(asked).zone)


def decide(
    asked: Asked,
    pressed: Mapping[str, object],
    form: Mapping[str, object],
    chosen: Mapping[str, object],
    decision: object,
) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    del pressed  # which one it was, and whether it was, says the context
    quiet = dict.fromkeys((*course_decisions.PLANNING, *course_decisions.SECTION), no_update)
    filters = CourseFilters.parse(chosen)
    return structure.decided(
        decision,
        quiet,
        lambda button: course_decisions.act(asked, button, course_decisions.Given(form, filters), decision),
        lambda _error: {},
    )


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(course_list.slots()),
        inputs={
            "chosen": {name: Input(control, "value") for name, control in _CONTROLS.items()},
            "decision": Input(List.DECISION, "data"),
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(List.PAGE),
    )
    registry.register(permission, show_courses, shown)
    # News of events would overwrite what somebody is about to enter, so that only the address is heard.
    opened = Wiring(
        output=outputs_of(course_opened.slots()),
        inputs={
            "course": Input(Opened.COURSE, "value"),
            "decision": Input(List.DECISION, "data"),
            "page": {"address": PAGE_INPUTS["address"]},
        },
        refused=lambda: dict.fromkeys(course_opened.slots(), no_update),
    )
    registry.register(permission, show_course, opened)
    registry.register(permission, decide, _deciding())
    _connect_scripts(registry)


def _deciding() -> Wiring:
    buttons = (
        *(List.UNDO, List.GIVE_SELECTED, List.GIVE_ALL, List.CONFIRM, List.CANCEL, Opened.SAVE),
        *(Opened.SECTION_SAVE, Opened.SECTION_CLEAR, *(Opened.release(field.value) for field in Field)),
    )
    fields = {
        **{field.value: Opened.field(field.value) for field in course_opened.SINGLE},
        **{name: name for pair in course_opened.pauses() for name in pair},
        "give_term": List.GIVE_TERM,
        "give_unit": List.GIVE_UNIT,
        "give_programme": List.GIVE_PROGRAMME,
        "follow": List.FOLLOW,
        "section_name": Opened.SECTION_NAME,
        "section_title": Opened.SECTION_TITLE,
    }
    outputs = {
        "said": (List.SAID, "children"),
        "undo": (List.UNDO, "hidden"),
        "decision": (List.DECISION, "data"),
        "planning": (List.PLANNING, "hidden"),
        "planned": (List.PLANNED, "children"),
        "plan": (List.PLAN, "data"),
        "section_key": (Opened.SECTION_KEY, "data"),
        "section_head": (Opened.SECTION_HEAD, "children"),
        "section_name": (Opened.SECTION_NAME, "value"),
        "section_fixed": (Opened.SECTION_NAME, "disabled"),
        "section_title": (Opened.SECTION_TITLE, "value"),
        "section_open": (Opened.SECTION_FORM, "open"),
    }
    return Wiring(
        output={name: Output(*place) for name, place in outputs.items()},
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in buttons},
                **{what: Input(Opened.act(what, ALL), "n_clicks") for what in ("change", "remove")},
            },
            "form": {
                **{name: State(control, "value") for name, control in fields.items()},
                "held": State(Opened.HELD, "data"),
                "section_key": State(Opened.SECTION_KEY, "data"),
                "selected": State(List.GRID, "selectedRows"),
                "plan": State(List.PLAN, "data"),
            },
            "chosen": {name: State(control, "value") for name, control in _CONTROLS.items()},
            "decision": State(List.DECISION, "data"),
        },
    )


def _connect_scripts(registry: CallbackRegistry) -> None:
    """What needs no server: turning pages, and which buttons have something to do."""
    registry.app.clientside_callback(
        ClientsideFunction("letters", "turn"),
        Output(List.PAGE_NUMBER, "value"),
        Input(List.PREVIOUS, "n_clicks"),
        Input(List.NEXT, "n_clicks"),
        *(Input(control, "value") for control in _CONTROLS.values() if control != List.PAGE_NUMBER),
        State(List.PAGE_NUMBER, "value"),
        prevent_initial_call=True,
    )
    registry.app.clientside_callback(
        ClientsideFunction("courseList", "giving"),
        Output(List.GIVE_SELECTED, "disabled"),
        Output(List.GIVE_ALL, "disabled"),
        Input(List.GRID, "selectedRows"),
        Input(List.GIVE_TERM, "value"),
        Input(List.GIVE_UNIT, "value"),
        Input(List.GIVE_PROGRAMME, "value"),
        Input(List.FOLLOW, "value"),
    )
