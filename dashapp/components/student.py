"""The page of one learner: where do I stand, what is due, how do my scores compare, why does the page say so."""

from collections.abc import Sequence

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, controls, downloads, marks, strip, student_further
from dashapp.components.card import Children, Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.definitions.student_further import next_steps
from dashapp.components.links import Links
from dashapp.components.rules import why, why_line
from dashapp.components.sentences import student_lead, student_sentence
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.student_lists import due_list, step_list
from dashapp.components.student_strip import strip_cells
from dashapp.components.whose import Reader, whose
from dashapp.domain.audience import Comparison
from dashapp.domain.views import StudentView
from dashapp.figures import Screen
from dashapp.ids import Student, asof_of, line_of
from dashapp.words import _

PAGE = "student"
CARDS = (*(Student.STRIP, Student.DUE, Student.NEXT, Student.SCORES, Student.WHY, Student.WEEKS, Student.CALENDAR),)
"""In the order in which they stand on the page: the as-of lines are filled in this order."""


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool) -> Frame:
    line = "" if table or name == Student.WHY else None
    return Frame(PAGE, name, title, width, definition(subject), line, table, listed=not table)


def body(*, own: bool = True) -> Component:
    """The empty page; `own`: of the reader."""
    return html.Main(
        [
            html.Header(
                [
                    html.Div(
                        [
                            html.P(id=Student.WHOSE, className="la-whose"),
                            html.H1(card.skeleton(), id=Student.TITLE),
                            html.P(card.skeleton("60%"), id=Student.LEAD, className="la-lead"),
                        ]
                    ),
                    controls.segments(Student.COURSE, _("Course"), []),
                ],
                className="la-head",
            ),
            strip.strip(PAGE, Student.STRIP),
            html.Div(_cards(own), className="la-grid"),
            student_further.body(own=own),
            *downloads.places(PAGE),
        ],
        id=Student.PAGE,
        className="la-page la-loading",
    )


def _cards(own: bool) -> list[Component]:
    """What is due and what could be done first, scores and rules next, then the weeks and days."""

    def listed(name: str, height: str) -> list[Component]:
        waiting = html.Span(className="la-sk block")
        return [html.Div(waiting, id=name, className="la-reserved", style={"--tall": height})]

    calendar_key = html.Div(id=f"{Student.CALENDAR}-key", style={"minBlockSize": "1.375rem"})
    coming = _("What could I do next?") if own else _("What could come next?")
    return [
        card.card(
            _frame(Student.DUE, _("What is due next?"), "s7", Subject.DUE, table=False), listed(Student.DUE, "19rem")
        ),
        card.card(
            Frame(PAGE, Student.NEXT, coming, "s5", next_steps(), None, listed=True), listed(Student.NEXT, "19rem")
        ),
        card.chart(_frame(Student.SCORES, _("How do the scores compare?"), "s7", Subject.SCORES, table=True), 268),
        card.card(
            _frame(Student.WHY, _("Why does the page say so?"), "s5", Subject.RULES, table=False),
            listed(Student.WHY, "11rem"),
        ),
        card.chart(_frame(Student.WEEKS, _("Week by week: more or less?"), "s7", Subject.WEEKS, table=True), 246),
        card.chart(
            _frame(Student.CALENDAR, _("On which days?"), "s5", Subject.CALENDAR, table=True), 220, calendar_key
        ),
    ]


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Student.PAGE, "className"),
        "whose": Slot(Student.WHOSE, "children"),
        "title": Slot(Student.TITLE, "children"),
        "lead": Slot(Student.LEAD, "children"),
        "courses": Slot(Student.COURSE, "options"),
        "strip": Slot(Student.STRIP, "children"),
        "due": Slot(Student.DUE, "children"),
        "next": Slot(Student.NEXT, "children"),
        "why": Slot(Student.WHY, "children"),
        "why_line": Slot(line_of(Student.WHY), "children"),
        **chart_slots("scores", Student.SCORES),
        **chart_slots("weeks", Student.WEEKS),
        **chart_slots("calendar", Student.CALENDAR),
        "calendar_key": Slot(f"{Student.CALENDAR}-key", "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _weeks_line(view: StudentView) -> str:
    unit = _("Time per week") if view.minutes_recorded else _("Events per week; time is not recorded by this source")
    if view.chosen is None and len(view.courses) > 1:
        return _("{unit}; choose one course to compare with its median").format(unit=unit)
    if view.comparison is Comparison.HIDDEN:
        return _("{unit}; the median is hidden for privacy: too few others are in the course").format(unit=unit)
    if view.comparison is Comparison.NOT_SHOWN:
        return _("{unit}; comparisons with the course are not shown here").format(unit=unit)
    if view.comparison is Comparison.TOO_FEW:
        return _("{unit}; too few others are in the course to compare with").format(unit=unit)
    if not any(week.median_minutes is not None or week.median_events is not None for week in view.weeks):
        return unit
    return _("{unit}; the mark on each column is the median of the course").format(unit=unit)


def _scores_line(view: StudentView) -> str:
    if not view.scores or any(score.median is not None for score in view.scores):
        return _("Score, the median and the middle half of each course")
    if any(score.comparison is Comparison.NOT_SHOWN for score in view.scores):
        return _("Score; how the course did is not shown here")
    if any(score.comparison is Comparison.HIDDEN for score in view.scores):
        return _("Score; the median is hidden for privacy: too few others have one")
    return _("Score; too few others have one to compare with")


def _calendar_key(minutes: bool) -> Component:
    if minutes:
        steps = [_("to {amount}").format(amount=words.duration(top)) for top in figures.CALENDAR_MINUTES[1:]]
        last = _("over {amount}").format(amount=words.duration(figures.CALENDAR_MINUTES[-1]))
        return marks.amount_key(words.duration(0), [*steps, last])
    steps = [_("to {amount}").format(amount=words.number(top)) for top in figures.CALENDAR_EVENTS[1:]]
    last = _("over {amount}").format(amount=words.number(figures.CALENDAR_EVENTS[-1]))
    return marks.amount_key(_("none"), [*steps, last])


def _course_options(view: StudentView) -> Sequence[controls.Option]:
    if len(view.courses) < 2:
        return []
    everything = controls.option("", _("All courses"))
    return [everything, *(controls.option(str(course.public_id), course.code) for course in view.courses)]


def _charts(view: StudentView, screen: Screen, own: str | None) -> dict[str, object]:
    minutes = view.minutes_recorded
    revision = f"{PAGE}:{view.chosen or 'all'}"
    return {
        "scores": figures.scores_against_course(view.scores, screen, own=own, revision=revision),
        "scores_state": None
        if view.scores
        else card.no_data(_("Scores appear here within seconds of the first grade.")),
        "scores_line": _scores_line(view),
        "weeks": figures.weekly_activity(view.weeks, screen, minutes=minutes, revision=revision),
        "weeks_state": None
        if view.weeks
        else card.no_data(_("The first week appears here as soon as teaching starts.")),
        "weeks_line": _weeks_line(view),
        "calendar": figures.activity_calendar(view.days, view.today, screen, minutes=minutes, revision=revision),
        "calendar_state": None if view.days else card.no_data(_("The first active day appears here within seconds.")),
        "calendar_line": _("Time per day") if minutes else _("Events per day"),
        "calendar_key": _calendar_key(minutes),
    }


def fill(
    view: StudentView,
    screen: Screen,
    links: Links,
    *,
    reader: Reader = Reader.LEARNER,
) -> dict[str, object]:
    """The values of the page by the names of `slots`, for who reads it."""
    own = reader in (Reader.LEARNER, Reader.PREVIEW)
    asof: Children = card.asof_words(view.freshness)
    return {
        "page": "la-page",
        "whose": whose(view.name, reader),
        "title": student_sentence(view, own=own),
        "lead": list(student_lead(view, own=own)),
        "courses": _course_options(view),
        "strip": strip.cells(strip_cells(view)),
        "due": due_list(view),
        "next": step_list(view, links),
        "why": why(view),
        "why_line": why_line(view),
        **_charts(view, screen, None if own else _("score")),
        "asof": [asof] * len(CARDS),
    }
