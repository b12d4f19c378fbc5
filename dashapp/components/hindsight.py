"""The card that looks back: how right the list of a course was. A part of its page, read when it comes near."""

from typing import Final

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures
from dashapp.components import card
from dashapp.components.card import Frame
from dashapp.components.classroom_work import swatches
from dashapp.components.definitions import Subject, definition
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.slots import Slot, chart_slots
from dashapp.domain.views.hindsight import HindsightView
from dashapp.figures import Screen
from dashapp.ids import ClassroomWork, asof_of
from dashapp.words import _

PART = ClassroomWork.LATER
CARD = ClassroomWork.HINDSIGHT
CARDS = (CARD,)
HEIGHT: Final = 260


def body() -> Component:
    """The empty part."""
    title, said = _("How right was the list?"), definition(Subject.HINDSIGHT)
    key = html.Div(id=f"{CARD}-key", style={"minBlockSize": "1.375rem"})
    frame = Frame(PART, CARD, title, "s12", said, "", table=True)
    return further(PART, [html.Div([card.chart(frame, HEIGHT, key)], className="la-grid")])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go."""
    return {
        **further_slots(PART),
        **chart_slots("hindsight", CARD),
        "hindsight_key": Slot(f"{CARD}-key", "children"),
        "asof": Slot(asof_of(PART, dash.ALL), "children"),
    }


def _state(view: HindsightView) -> Component | None:
    if view.hidden:
        said = _("It speaks of all learners of the course, and is for who sees each of them.")
        return card.state("private", _("Hidden for privacy"), said)
    if not view.rostered:
        return card.no_data(_("No source says yet who has left this course."))
    return None if view.checkpoints else card.no_data(_("It begins with the eighth week of teaching."))


def _line(view: HindsightView) -> str:
    if view.ended:
        return _("Learners who later left or failed, by the week in which the rules had listed them or not")
    return _("Learners who have left since, by the week in which the rules had listed them or not")


def fill(view: HindsightView, screen: Screen) -> dict[str, object]:
    """The values of the part by the names of `slots`."""
    state, revision = _state(view), f"{PART}:{view.course.public_id}"
    listed, others = figures.hindsight_names()
    return {
        **FILLED,
        "hindsight": figures.hindsight(view.checkpoints, screen, revision=revision),
        "hindsight_state": state,
        "hindsight_line": _line(view),
        "hindsight_key": None if state else swatches([("chart-me", listed), ("chart-others", others)]),
        "asof": [card.asof_words(view.freshness)],
    }
