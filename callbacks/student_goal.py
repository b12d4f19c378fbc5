"""The goal of a learner: setting it, taking it back, and trying out what would come of it."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final
from uuid import UUID

from dash import Input, Output, State, ctx, no_update

from callbacks.answering import was_pressed
from dashapp import ids
from dashapp.components.student_goal import what_if_words
from dashapp.data.database import DatabaseRole
from dashapp.data.store.goals import clear_goal, set_goal
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.keys import PublicId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.views.content import Outlook
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.words import _

Names: Final = ids.Student
HIGHEST_WEIGHT: Final = 1e12
MOST_DECISIONS: Final = 1_000_000


def goal_of(given: object) -> int | None:
    """A goal in whole %, None where it is none: a number from 0 to 100, or its text."""
    try:
        number = float(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else None
    except (ValueError, OverflowError):
        return None
    return round(number) if number is not None and 0 <= number <= 100 else None


def decide_goal(
    asked: Asked, pressed: Mapping[str, object], goal: object, outlook: object, decision: object
) -> dict[str, Any]:
    """Sets the goal of the course in view, or clears it; the words say what came of it."""
    del pressed  # which one it was, and whether it was, says the context
    quiet = {"said": no_update, "decision": no_update, "input": no_update}
    if not was_pressed_button():
        return quiet
    course = uuid_of(outlook.get("course")) if isinstance(outlook, Mapping) else None
    chosen = None if ctx.triggered_id == Names.GOAL_CLEAR else goal_of(goal)
    if ctx.triggered_id == Names.GOAL_SET and chosen is None:
        return {**quiet, "said": _("Enter a whole number from 0 to 100.")}
    try:
        _keep(asked, course, chosen)
    except (NotFound, NotPermitted):
        return {**quiet, "said": _("Choose a course first.")}
    except Unavailable:
        return {**quiet, "said": _("It could not be saved. Try again in a moment.")}
    said = _("Saved. Only you see it.") if chosen is not None else _("Cleared.")
    counted = decision if type(decision) is int and 0 <= decision < MOST_DECISIONS else 0
    return {"said": said, "decision": counted + 1, "input": None}


def was_pressed_button() -> bool:
    """Whether one of the two buttons was pressed, with a click."""
    return ctx.triggered_id in (Names.GOAL_SET, Names.GOAL_CLEAR) and was_pressed()


def _keep(asked: Asked, course: UUID | None, goal: int | None) -> None:
    """Raises NotFound and NotPermitted where it is no course that the principal learns in."""
    principal, services = asked.principal, asked.services
    if course is None:
        raise NotFound("No course was named.")
    key = services.reader.find_course(principal, course)
    if key not in principal.learns_in:
        raise NotPermitted("Goals are for courses that one learns in.")
    whose = (principal.organisation_id, principal.person_id)
    with services.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
        if goal is None:
            clear_goal(connection, whose, key)
        else:
            set_goal(connection, whose, key, goal, services.clock())


def try_out(asked: Asked, mean: object, outlook: object) -> str:
    """What the score would be with so much in the rest. All of it comes from the reader's own browser."""
    del asked
    number, found = goal_of(mean), outlook_of(outlook)
    return what_if_words(found, number) if number is not None and found is not None else ""


def outlook_of(given: object) -> Outlook | None:
    """What `outlook_data` gave; None where it is anything else."""
    if not isinstance(given, Mapping):
        return None
    course = uuid_of(given.get("course"))
    numbers = [given.get(name) for name in ("earned", "graded", "rest", "missing")]
    values = [float(one) for one in numbers if isinstance(one, int | float) and abs(one) <= HIGHEST_WEIGHT * 100]
    if course is None or len(values) != len(numbers) or not all(isfinite(one) and one >= 0 for one in values):
        return None
    earned, graded, rest, missing = values
    return Outlook(PublicId(course), "", earned, graded, rest, missing)


def register(registry: CallbackRegistry) -> None:
    """Connects the form."""
    decided = Wiring(
        output={
            "said": Output(Names.GOAL_SAID, "children"),
            "decision": Output(Names.GOAL_DECISION, "data"),
            "input": Output(Names.GOAL_INPUT, "value"),
        },
        inputs={
            "pressed": {name: Input(name, "n_clicks") for name in (Names.GOAL_SET, Names.GOAL_CLEAR)},
            "goal": State(Names.GOAL_INPUT, "value"),
            "outlook": State(Names.GOAL_OUTLOOK, "data"),
            "decision": State(Names.GOAL_DECISION, "data"),
        },
        waits=True,
    )
    registry.register(Permission.OWN_PAGE, decide_goal, decided)
    tried = Wiring(
        output=Output(Names.WHAT_IF_SAID, "children"),
        inputs={"mean": Input(Names.WHAT_IF, "value"), "outlook": Input(Names.GOAL_OUTLOOK, "data")},
        waits=True,
    )
    registry.register(Permission.OWN_PAGE, try_out, tried)
