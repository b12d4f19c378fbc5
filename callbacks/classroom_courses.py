"""The choice of the course on a classroom's page: asked for once the page is filled, so that nothing waits for it."""

from typing import Any, Final
from uuid import UUID

from dash import ClientsideFunction, Input, Output, State, no_update

from dashapp import ids
from dashapp.components.classroom_filters import course_options
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.guard import stands_alone

MOST_OFFERED: Final = 300
"""A longer choice is no choice: the list of classrooms and the palette are there."""


def offer_courses(asked: Asked, wanted: object) -> dict[str, Any]:
    """The classrooms that the reader may open; `wanted`: the id of the one whose page is open."""
    here = uuid_of(wanted)
    # From a page that was opened alone nothing leads away.
    found = () if here is None or stands_alone() else asked.services.reader.classrooms(asked.principal)
    known: set[UUID] = {one.public_id for one in found}
    if here not in known or not 1 < len(found) <= MOST_OFFERED:
        return {"options": no_update, "value": no_update, "hidden": True}
    return {"options": course_options(found), "value": str(here), "hidden": False}


def register(registry: CallbackRegistry) -> None:
    """Connects the choice."""
    room = ids.Classroom
    wiring = Wiring(
        output={
            "options": Output(room.COURSE, "options"),
            "value": Output(room.COURSE, "value"),
            "hidden": Output(room.COURSE_PLACE, "hidden"),
        },
        inputs={"wanted": Input(room.COURSES_WANTED, "data")},
        waits=True,
    )
    registry.register(Permission.CLASSROOM_PAGE, offer_courses, wiring)
    registry.app.clientside_callback(
        ClientsideFunction("classroom", "wantCourses"),
        Output(room.COURSES_WANTED, "data"),
        Input(ids.fresh_of(room.LEARNERS), "data"),
        State(room.COURSES_WANTED, "data"),
        prevent_initial_call=True,
    )
    registry.app.clientside_callback(
        ClientsideFunction("classroom", "go"),
        Input(room.COURSE, "value"),
        State(ids.Shell.ADDRESS, "data"),
        prevent_initial_call=True,
    )
