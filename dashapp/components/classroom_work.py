"""What stands below the fold of a classroom's page: what learners did with the content of the course."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.unnamed import NAMED, without_learners
from dashapp.domain.views import ClassroomWorkView
from dashapp.figures import Screen
from dashapp.ids import Classroom, asof_of
from dashapp.words import _, ngettext

PART = Classroom.WORK
CARDS = (Classroom.VIDEOS,)
"""In the order in which they stand on the page."""
VIDEOS_HEIGHT = 340


def _frame(name: str, title: str, width: str, subject: Subject) -> Frame:
    return Frame(PART, name, title, width, definition(subject), "", table=True)


def body() -> Component:
    """The empty part."""
    videos = _("Which parts of the videos are watched, and watched again?")
    cards = [card.chart(_frame(Classroom.VIDEOS, videos, f"s12 {NAMED}", Subject.VIDEOS), VIDEOS_HEIGHT)]
    return further(PART, [html.Div(cards, className="la-grid")])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        **further_slots(PART),
        **chart_slots("videos", Classroom.VIDEOS),
        "asof": Slot(asof_of(PART, dash.ALL), "children"),
    }


def _videos_line(view: ClassroomWorkView, screen: Screen) -> str:
    span = words.date_span(view.first, view.last)
    shown = len(figures.video_panels_shown(view.videos, screen))
    said = ngettext(
        "The most watched video along its time line, {span}; grey: learners, blue: watched again",
        "The {number} most watched videos along their time lines, {span}; grey: learners, blue: watched again",
        shown,
    )
    return said.format(number=words.number(shown), span=span)


def fill(view: ClassroomWorkView, screen: Screen) -> dict[str, object]:
    """The values of the part by the names of `slots`."""
    revision = f"{PART}:{view.course.public_id}:{view.first}:{view.last}"
    return {
        **FILLED,
        "videos": figures.video_views(view.videos, screen, revision=revision),
        "videos_state": None
        if view.videos
        else without_learners(view.named, _("Videos appear here with the first stretch that a learner watches.")),
        "videos_line": _videos_line(view, screen),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
