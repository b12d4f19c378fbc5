"""What stands below the fold of a classroom's page: what learners did with the content of the course."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, marks, to_come
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.further import FILLED, further
from dashapp.components.further import slots as further_slots
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.unnamed import NAMED, nobody_matches
from dashapp.domain.views import ClassroomWorkView
from dashapp.figures import Screen
from dashapp.figures.summary import named
from dashapp.ids import Classroom, ClassroomWork, asof_of
from dashapp.words import _, ngettext

PART = Classroom.WORK
CARDS = (
    ClassroomWork.ASSIGNMENTS,
    ClassroomWork.LAST_SEEN,
    ClassroomWork.UNITS,
    ClassroomWork.SCORES,
    ClassroomWork.QUESTIONS,
    ClassroomWork.FORUM,
    ClassroomWork.HOURS,
    ClassroomWork.TYPES,
    Classroom.VIDEOS,
)
"""In the order in which they stand on the page."""
VIDEOS_HEIGHT: Final = 340
MOST_NAMES: Final = 6
"""Assignments that are not drawn are named, but not more of them than find room in two lines."""


# ------------------------------------------------------------------ the empty part


def _chart(name: str, title: str, width: str, subject: Subject, height: int) -> Component:
    frame = Frame(PART, name, title, width, definition(subject), "", table=True)
    key = _key_place(name) if name in _KEYED else None
    return card.chart(frame, height, key, phone=_ON_PHONES.get(name))


_KEYED: Final = (ClassroomWork.ASSIGNMENTS, ClassroomWork.UNITS, ClassroomWork.QUESTIONS, ClassroomWork.FORUM,
                 ClassroomWork.HOURS, ClassroomWork.TYPES)  # fmt: skip
_ON_PHONES: Final = {
    ClassroomWork.ASSIGNMENTS: 330,
    ClassroomWork.UNITS: 600,
    ClassroomWork.SCORES: 520,
    ClassroomWork.QUESTIONS: 690,
}
"""Heights in px of those that have a name above each of their rows there."""


def _key_place(name: str) -> Component:
    return html.Div(id=f"{name}-key", style={"minBlockSize": "1.375rem"})


def body() -> Component:
    """The empty part."""
    work, subject = ClassroomWork, Subject
    cards = [
        _chart(work.ASSIGNMENTS, _("Who hands in on time?"), "s7", subject.ASSIGNMENTS, 288),
        _chart(work.LAST_SEEN, _("When were they last here?"), "s5", subject.LAST_SEEN, 310),
        _chart(work.UNITS, _("Which units are worked through?"), "s7", subject.UNITS, 420),
        _chart(work.SCORES, _("How are the scores spread?"), "s5", subject.ASSIGNMENT_SCORES, 442),
        _chart(work.QUESTIONS, _("Which questions are hard?"), "s7", subject.QUESTIONS, 460),
        _chart(work.FORUM, _("What is discussed, and what waits for an answer?"), "s5", subject.FORUM, 460),
        _chart(work.HOURS, _("At which hours are learners there?"), "s7", subject.HOURS, 250),
        _chart(work.TYPES, _("What do they spend their activity on?"), "s5", subject.TYPES, 250),
        _chart(
            Classroom.VIDEOS,
            _("Which parts of the videos are watched, and watched again?"),
            f"s12 {NAMED}",
            subject.VIDEOS,
            VIDEOS_HEIGHT,
        ),
    ]
    return further(PART, [html.Div(cards, className="la-grid")])


_CHARTS: Final = {
    "assignments": ClassroomWork.ASSIGNMENTS,
    "last_seen": ClassroomWork.LAST_SEEN,
    "units": ClassroomWork.UNITS,
    "scores": ClassroomWork.SCORES,
    "questions": ClassroomWork.QUESTIONS,
    "forum": ClassroomWork.FORUM,
    "hours": ClassroomWork.HOURS,
    "types": ClassroomWork.TYPES,
    "videos": Classroom.VIDEOS,
}


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    found = further_slots(PART)
    for name, chart in _CHARTS.items():
        found |= chart_slots(name, chart)
        if chart in _KEYED:
            found[f"{name}_key"] = Slot(f"{chart}-key", "children")
    return {**found, "asof": Slot(asof_of(PART, dash.ALL), "children")}


# ------------------------------------------------------------------ states, lines and keys


def _state(view: ClassroomWorkView, given: object, filled: bool, awaited: str) -> Component | None:
    """What stands in the place of a chart: hidden, or still to come; None where there is something to draw."""
    if view.hidden:
        return card.hidden()
    if given is None:
        said = _("Some of its figures would be those of a few learners only.")
        return card.state("private", _("Hidden for privacy"), said)
    return None if filled else card.no_data(awaited)


def _assignments_state(view: ClassroomWorkView) -> Component | None:
    due = figures.with_deadlines(view.assignments or ())
    return _state(view, view.assignments, bool(due), _("Assignments appear here when they are published."))


def _scores_state(view: ClassroomWorkView) -> Component | None:
    scored = figures.with_scores(view.assignments or ())
    given = view.assignments if scored or not any(one.graded for one in view.assignments or ()) else None
    return _state(view, given, bool(scored), _("The first graded work appears here."))


def _hours_state(view: ClassroomWorkView) -> Component | None:
    if not view.hidden and not view.hours_recorded:
        said = _("This source tells only on which day something was done.")
        return card.state("none", _("Not recorded by this source"), said)
    filled = any(any(day) for day in view.hours or ())
    return _state(view, view.hours, filled, _("No activity between these dates."))


_OF_DAYS: Final = ("forum", "hours", "types", "videos")
"""What the chosen dates decide, by the names in the view as well."""


def _states(view: ClassroomWorkView) -> dict[str, Component | None]:
    states = _states_by_themselves(view)
    if view.to_come is not None:
        return {**states, **{name: to_come.state() for name in _OF_DAYS if getattr(view, name) is not None}}
    return dict.fromkeys(states, nobody_matches()) if view.unmatched else states


def _states_by_themselves(view: ClassroomWorkView) -> dict[str, Component | None]:
    types = any(any(one.events) for one in view.types or ())
    written = view.forum is not None and any(week.threads + week.replies for week in view.forum.weeks)
    videos = _("Videos appear here with the first stretch that a learner watches.")
    return {
        "assignments": _assignments_state(view),
        "last_seen": _state(
            view, view.last_seen, sum(view.last_seen or ()) > 0, _("Learners appear here as soon as they are enrolled.")
        ),
        "units": _state(
            view,
            view.units,
            bool(figures.units_shown(view.units or ())),
            _("Units appear here when the course is described with them."),
        ),
        "scores": _scores_state(view),
        "questions": _state(
            view, view.questions, bool(view.questions), _("Questions appear here with the first answer.")
        ),
        "forum": _state(view, view.forum, written, _("No learner has written anything between these dates.")),
        "hours": _hours_state(view),
        "types": _state(view, view.types, types, _("No activity between these dates.")),
        "videos": _state(view, view.videos, bool(view.videos), videos),
    }


def _left_out(titles: Sequence[str]) -> str:
    """The names of what is not drawn, as far as they find room."""
    shown = [named(title) or _("Work without a title") for title in titles[:MOST_NAMES]]
    if len(titles) > MOST_NAMES:
        rest = len(titles) - MOST_NAMES
        shown.append(ngettext("{number} more", "{number} more", rest).format(number=words.number(rest)))
    return words.listing(shown)


def _newest(line: str, titles: Sequence[str]) -> str:
    rest = titles[figures.ASSIGNMENTS_SHOWN :]
    if not rest:
        return line
    return _("{line}; the newest ones, in the table also {names}").format(line=line, names=_left_out(rest))


def _span(view: ClassroomWorkView) -> str:
    return to_come.span(view.first, view.last, view.to_come, view.today)


def _forum_line(view: ClassroomWorkView) -> str:
    span = _span(view)
    if view.forum is None or not view.forum.threads:
        return _("Posts per week, {span}").format(span=span)
    waiting = view.forum.unanswered
    said = ngettext(
        "Posts per week, {span}. {number} of {total} threads is unanswered for more than 2 days",
        "Posts per week, {span}. {number} of {total} threads are unanswered for more than 2 days",
        waiting,
    )
    return said.format(span=span, number=words.number(waiting), total=words.number(view.forum.threads))


def _questions_line(view: ClassroomWorkView) -> str:
    total, shown = len(view.questions or ()), figures.QUESTIONS_SHOWN
    line = _("Share of the learners who answered; the hardest first")
    if total <= shown:
        return line
    said = _("{line}: {shown} of {total}, the others in the table")
    return said.format(line=line, shown=words.number(shown), total=words.number(total))


def _units_line(view: ClassroomWorkView) -> str:
    total, shown = len(view.units or ()), len(figures.units_shown(view.units or ()))
    line = _("Share of the learners, and of the published activities, in the order of the course")
    if total <= shown or not shown:
        return line
    return _("{line}; {shown} of {total} units, the others in the table").format(
        line=line, shown=words.number(shown), total=words.number(total)
    )


def _videos_line(view: ClassroomWorkView, screen: Screen) -> str:
    span = _span(view)
    shown = len(figures.video_panels_shown(view.videos or (), screen))
    if not shown:
        return _("Learners along the time line of each video, {span}").format(span=span)
    said = ngettext(
        "The most watched video along its time line, {span}; grey: learners, blue: watched again",
        "The {number} most watched videos along their time lines, {span}; grey: learners, blue: watched again",
        shown,
    )
    return said.format(number=words.number(shown), span=span)


def _lines(view: ClassroomWorkView, screen: Screen) -> dict[str, str]:
    span = _span(view)
    due = [one.title for one in figures.with_deadlines(view.assignments or ())]
    scored = [one.title for one in figures.with_scores(view.assignments or ())]
    return {
        "assignments": _newest(_("Learners per assignment"), due),
        "last_seen": _("Learners by the days since their last activity"),
        "units": _units_line(view),
        "scores": _newest(_("Learners by score, with the median"), scored),
        "questions": _questions_line(view),
        "forum": _forum_line(view),
        "hours": _("Learners active in an hour, on average, {span}").format(span=span),
        "types": _("Share of the events of each week, {span}").format(span=span),
        "videos": _videos_line(view, screen),
    }


def swatches(pairs: Sequence[tuple[str, str]]) -> Component:
    """A key of colours, as (token, word)."""
    parts = [html.Span([html.I(style={"background": f"var(--la-{colour})"}), text]) for colour, text in pairs]
    return html.Div(parts, className="la-key")


def _ring() -> dict[str, Any]:
    return {"borderRadius": "50%", "border": "2px solid var(--la-chart-median)"}


def _hours_key(view: ClassroomWorkView) -> Component | None:
    if not any(any(day) for day in view.hours or ()):
        return None
    steps = figures.hour_steps(view.hours or ())
    texts = [_("up to {amount}").format(amount=words.number(step, 1)) for step in steps]
    return marks.amount_key(_("nobody"), texts)


def _keys(view: ClassroomWorkView, drawn: Callable[[str], bool]) -> dict[str, Component | None]:
    """None where a chart is covered by words."""
    on_time, late, missing, coming = figures.state_names()
    states = list(zip(figures.STATE_COLOURS[:3], (on_time, late, missing), strict=True))
    coming_mark = html.I(style={"border": "1px solid var(--la-chart-others)"})
    assignments = swatches(states)
    assignments.children = [*assignments.children, html.Span([coming_mark, coming])]
    dot = html.I(style={"borderRadius": "50%", "background": "var(--la-chart-me)"})
    median = html.I(style={"blockSize": "2px", "background": "var(--la-ink)"})
    forum = swatches([("chart-me", _("threads begun")), ("chart-others", _("replies"))])
    forum.children = [*forum.children, html.Span([median, _("learners who wrote")])]
    found = {
        "assignments": assignments,
        "units": swatches([("chart-others", _("learners who touched it")), ("chart-me", _("activities completed"))]),
        "questions": html.Div(
            [
                html.Span([dot, _("right at the first try")]),
                html.Span([html.I(style=_ring()), _("right in the end")]),
            ],
            className="la-key",
        ),
        "forum": forum,
        "hours": _hours_key(view),
        "types": swatches(
            [(f"cat-{place}", name) for place, (name, _shares) in enumerate(figures.types_shown(view.types or ()), 1)]
        ),
    }
    return {f"{name}_key": key if drawn(name) else None for name, key in found.items()}


def _figures(view: ClassroomWorkView, screen: Screen, revision: str) -> dict[str, object]:
    assignments = view.assignments or ()
    return {
        "assignments": figures.hand_ins(assignments, screen, revision=revision),
        "last_seen": figures.last_seen(view.last_seen or (), screen, revision=revision),
        "units": figures.unit_engagement(view.units or (), screen, revision=revision),
        "scores": figures.score_spreads(assignments, screen, revision=revision),
        "questions": figures.question_tries(view.questions or (), screen, revision=revision),
        "forum": figures.forum_weeks(view, screen, revision=revision),
        "hours": figures.hours_of_week(view.hours or (), screen, revision=revision),
        "types": figures.activity_types(view, screen, revision=revision),
        "videos": figures.video_views(view.videos or (), screen, revision=revision),
    }


def fill(view: ClassroomWorkView, screen: Screen) -> dict[str, object]:
    """The values of the part by the names of `slots`."""
    revision = f"{PART}:{view.course.public_id}:{view.first}:{view.last}"
    states = _states(view)
    return {
        **FILLED,
        **_figures(view, screen, revision),
        **{f"{name}_state": state for name, state in states.items()},
        **{f"{name}_line": line for name, line in _lines(view, screen).items()},
        **_keys(view, lambda name: states[name] is None),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
