"""What stands below the fold of a learner's page: work along time, the goal, units, videos, and what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dash
import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, student_goal
from dashapp.components.attributes import attributes
from dashapp.components.audit_words import opening_rows, openings
from dashapp.components.card import Frame
from dashapp.components.definitions import student_further as definitions
from dashapp.components.downloads import listed
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.links import Links
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.student_content import stored_rows, stored_words, unit_list, video_list
from dashapp.domain.audit import Opening
from dashapp.domain.views import StudentView
from dashapp.domain.views.content import Outlook
from dashapp.domain.views.student_further import OwnState, StudentFurtherView
from dashapp.figures import Screen
from dashapp.ids import Student, asof_of
from dashapp.words import _, ngettext

PART = Student.FURTHER
CARDS = (Student.TIMELINE, Student.GOAL, Student.UNITS, Student.VIDEOS, Student.SPREAD, Student.STORED)
"""In the order in which they stand on the page."""
SHOWN_OPENINGS = 3


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What only the learner sees of themself; elsewhere there is none."""

    state: OwnState
    opened: Sequence[Opening]
    spread: bool
    """Whether they ask for the others' scores."""
    kept_days: int
    """For how long single events are kept."""


def body(*, own: bool) -> Component:
    """The empty part; what is the learner's alone stands empty and hidden on another's page."""

    wide, rest = ("s7", "s5") if own else ("s12", "s12")
    alone = "" if own else " la-not-own"
    work = Frame(PART, Student.TIMELINE, _("What is due, done, late, missing?"), wide, definitions.timeline(), "", True)
    goal = Frame(PART, Student.GOAL, _("Where do my scores go?"), f"s5{alone}", definitions.goal(), "", True)
    parts = Frame(PART, Student.UNITS, _("How far through the units?"), "s7", definitions.units(), None, listed=True)
    watched = _("How much of the videos was watched?")
    films = Frame(PART, Student.VIDEOS, watched, "s5", definitions.videos(), None, listed=True)
    others = Frame(
        PART, Student.SPREAD, _("How do the others of the course do?"), f"s7{alone}", definitions.spread(), "", True
    )
    held = Frame(
        PART,
        Student.STORED,
        _("What is stored about me, who looked?"),
        f"{rest}{alone}",
        definitions.stored(),
        None,
        listed=True,
    )
    asking = dbc.Switch(id=Student.SPREAD_ON, label=_("Show how the scores are spread"), value=False)
    cards = [
        card.chart(work, 320, phone=360),
        card.chart(goal, 190, student_goal.goal_form()),
        card.card(parts, [_scrolled(Student.UNITS, parts.title)]),
        card.card(films, [_scrolled(Student.VIDEOS, films.title)]),
        card.chart(others, 200, asking),
        card.card(held, [html.Div(_waiting(), id=Student.STORED, style={"minBlockSize": "14rem"})]),
    ]
    return further(PART, [html.Div(cards, className="la-grid")])


def _waiting() -> Component:
    return html.Span(className="la-sk block")


def _scrolled(name: str, title: str) -> Component:
    """A list that may be longer than its card: reached and scrolled by keyboard, too."""
    label = attributes(aria_label=title)
    return html.Div(_waiting(), id=name, className="la-scrolled", tabIndex="0", role="group", **label)


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        **further_slots(PART),
        **chart_slots("timeline", Student.TIMELINE),
        **chart_slots("goal", Student.GOAL),
        **chart_slots("spread", Student.SPREAD),
        "goal_form": Slot(Student.GOAL_FORM, "hidden"),
        "goal_needed": Slot(Student.GOAL_NEEDED, "children"),
        "goal_input": Slot(Student.GOAL_INPUT, "placeholder"),
        "goal_clear": Slot(Student.GOAL_CLEAR, "hidden"),
        "goal_outlook": Slot(Student.GOAL_OUTLOOK, "data"),
        "units": Slot(Student.UNITS, "children"),
        "videos": Slot(Student.VIDEOS, "children"),
        "stored": Slot(Student.STORED, "children"),
        "asof": Slot(asof_of(PART, dash.ALL), "children"),
    }


def _timeline_line(view: StudentView) -> str:
    """How much was handed in, in numbers."""
    handed = view.handed_in
    done = handed.on_time + handed.late
    due = done + handed.missing
    if due == 0:
        return _("Nothing was due yet")
    said = ngettext("Handed in {done} of {number} due", "Handed in {done} of {number} due", due)
    parts = [said.format(done=words.number(done), number=words.number(due))]
    if handed.late:
        late = ngettext("{number} late", "{number} late", handed.late)
        parts.append(late.format(number=words.number(handed.late)))
    if handed.missing:
        missing = ngettext("{number} missing", "{number} missing", handed.missing)
        parts.append(missing.format(number=words.number(handed.missing)))
    if not handed.late and not handed.missing:
        parts.append(_("all on time"))
    return words.listing(parts)


def _goal_values(view: StudentView, screen: Screen, own: OwnPart | None, revision: str) -> dict[str, object]:
    outlooks = view.content.outlooks
    of: Outlook | None = outlooks[0] if len(outlooks) == 1 and own is not None else None
    goals: Mapping[object, int] = dict(own.state.goals) if own is not None else {}
    goal = goals.get(of.public_id) if of is not None else None
    scores = view.scores if own is not None else ()
    line = _("Score; the line is the mean of the last three")
    if of is None and len(outlooks) > 1:
        line = _("{line}; choose one course to set a goal").format(line=line)
    return {
        "goal": figures.score_trend(scores, goal, screen, view.freshness.zone, revision),
        "goal_state": None if scores else card.no_data(_("Scores appear here within seconds of the first grade.")),
        "goal_line": line,
        "goal_form": of is None,
        "goal_needed": student_goal.needed_words(of, goal) if of is not None else "",
        "goal_input": "" if goal is None else words.number(goal),
        "goal_clear": goal is None,
        "goal_outlook": student_goal.outlook_data(of) if of is not None else None,
    }


def _spread_values(view: StudentView, screen: Screen, own: OwnPart | None, revision: str) -> dict[str, object]:
    asked = own is not None and own.spread
    bins = view.content.distribution if asked else ()
    figure = figures.score_spread(bins, view.average_score, screen, revision)
    state: Component | None = None
    if not asked:
        state = card.state("none", _("Not shown"), _("It is shown only while you ask for it."))
    elif not bins and len(view.content.outlooks) > 1:
        state = card.state("none", _("Choose one course"), _("Scores of several courses are not put together."))
    elif not bins:
        text = _("Too few others have a score, or the course shows no comparisons.")
        state = card.state("private", _("Hidden for privacy"), text)
    return {
        "spread": figure,
        "spread_state": state,
        "spread_line": _("Others per 10 points of average score; nobody is named, and no column stands for a few"),
    }


def _stored(own: OwnPart, view: StudentView) -> Component:
    """What is stored, and who looked; as a file with a row for each."""
    opened, zone = own.opened[:SHOWN_OPENINGS], view.freshness.zone
    rows = [*stored_rows(own.state.stored, view.today), *opening_rows(opened, view.today, zone)]
    parts = [stored_words(own.state.stored, own.kept_days, view.today), openings(opened, view.today, zone)]
    return html.Div(parts, **listed((_("What or who"), _("How much"), _("When")), rows))


def fill(
    further_view: StudentFurtherView, view: StudentView, screen: Screen, links: Links, own: OwnPart | None
) -> dict[str, object]:
    """The values of the part by the names of `slots`. `view`: the page that it belongs to; `own`: for its learner."""
    revision = f"{PART}:{view.chosen or 'all'}"
    now = view.freshness.as_of
    work = view.content.work
    stored: Component | None = None
    if own is not None:
        stored = _stored(own, view)
    return {
        **FILLED,
        "timeline": figures.work_timeline(work, now, screen, view.freshness.zone, revision),
        "timeline_state": None
        if work
        else card.no_data(_("Work appears here as soon as something with a deadline is published.")),
        "timeline_line": _timeline_line(view),
        **_goal_values(view, screen, own, revision),
        **_spread_values(view, screen, own, revision),
        "units": unit_list(view, links),
        "videos": video_list(further_view.videos),
        "stored": stored,
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
