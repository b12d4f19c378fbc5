"""The page of an organisation: how many are active, how do the courses compare, how does activity go over time."""

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, controls, grids, marks, strip
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.differences import count_against
from dashapp.components.links import Links
from dashapp.components.sentences import institution_lead, institution_sentence
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.strip import Cell
from dashapp.domain.views import InstitutionView
from dashapp.figures import Screen
from dashapp.ids import Institution, asof_of, line_of
from dashapp.words import _, ngettext

PAGE = "institution"
CARDS = (Institution.STRIP, Institution.COURSES, Institution.DAYS, Institution.WEEKS, Institution.SCORES)
"""In the order in which they stand on the page."""
GRID_HEIGHT = 36 + 10 * 36
"""px of the grid: its head and ten rows, whatever it holds, since nothing below may jump; more rows are scrolled to."""


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool = True) -> Frame:
    return Frame(PAGE, name, title, width, definition(subject, organisation=True), "", table)


def body() -> Component:
    """The empty page."""
    compare = _("How do the courses compare?")
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Institution.TITLE),
                        html.P(card.skeleton("60%"), id=Institution.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            controls.filter_row(
                _("Filters"),
                [controls.select_chip(Institution.UNIT, _("Unit"), [controls.option("", _("all"))])],
            ),
            strip.strip(PAGE, Institution.STRIP),
            html.Div(
                [
                    card.card(
                        _frame(Institution.COURSES, compare, "s12", Subject.COURSES, table=False),
                        [grids.grid(Institution.COURSES, grids.course_columns(), GRID_HEIGHT, compare)],
                    ),
                    card.chart(
                        _frame(Institution.DAYS, _("How many are active each day?"), "s12", Subject.ACTIVE_DAYS), 220
                    ),
                    card.chart(
                        _frame(
                            Institution.WEEKS, _("Which courses gain, which lose activity?"), "s7", Subject.COURSE_WEEKS
                        ),
                        340,
                    ),
                    card.chart(
                        _frame(Institution.SCORES, _("How do the scores compare?"), "s5", Subject.COURSE_SCORES), 340
                    ),
                ],
                className="la-grid",
            ),
        ],
        id=Institution.PAGE,
        className="la-page la-loading",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Institution.PAGE, "className"),
        "title": Slot(Institution.TITLE, "children"),
        "lead": Slot(Institution.LEAD, "children"),
        "units": Slot(Institution.UNIT, "options"),
        "strip": Slot(Institution.STRIP, "children"),
        "courses": Slot(Institution.COURSES, "rowData"),
        "courses_line": Slot(line_of(Institution.COURSES), "children"),
        **chart_slots("days", Institution.DAYS),
        **chart_slots("weeks", Institution.WEEKS),
        **chart_slots("scores", Institution.SCORES),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _hidden_cell(title: str) -> Cell:
    said = ngettext("Fewer than {number} learner", "Fewer than {number} learners", 5).format(number=words.number(5))
    return Cell(title, _("Hidden for privacy"), (said,), kind="quiet")


def _cells(view: InstitutionView) -> list[Cell]:
    enrolled = _("Enrolled now")
    courses = [course for course in view.courses if not course.hidden]
    count = ngettext("in {number} course", "in {number} courses", len(view.courses))
    line = (count.format(number=words.number(len(view.courses))),)
    first = _hidden_cell(enrolled) if view.enrolled is None else Cell(enrolled, words.number(view.enrolled), line)
    weekly = [
        sum(course.weeks[place] for course in courses if place < len(course.weeks))
        for place in range(len(view.week_starts))
    ]
    events = count_against(view.events_7, view.events_7_before, words.compact, _("the 7 days before"))
    quiet = sum(1 for course in courses if course.active_7 == 0)
    active_title = _("Courses with activity in 7 days")
    of = _("of {total}").format(total=words.number(len(courses)))
    hidden = len(view.courses) - len(courses)
    hidden_said = ngettext("{number} more is hidden for privacy", "{number} more are hidden for privacy", hidden)
    hidden_line = (hidden_said.format(number=words.number(hidden)),) if hidden else ()
    return [
        first,
        _active_cell(view),
        Cell(
            _("Events in the last 7 days"),
            words.number(view.events_7),
            events,
            marks.spark(weekly[-14:], last_open=True),
        ),
        Cell(active_title, words.number(len(courses) - quiet), hidden_line, small=of),
    ]


def _active_cell(view: InstitutionView) -> Cell:
    title = _("Active in the last 7 days")
    if view.active_7 is None:
        return _hidden_cell(title)
    value = words.number(view.active_7)
    line: tuple[str | Component, ...] = ()
    if view.active_7_before is not None:
        line = count_against(view.active_7, view.active_7_before, words.number, _("the 7 days before"))
    if view.enrolled:
        share = _("{share} of the enrolled").format(share=words.percent(100 * view.active_7 / view.enrolled))
        line = (share, "; ", *line) if line else (share,)
    return Cell(title, value, line)


def _charts(view: InstitutionView, screen: Screen) -> dict[str, object]:
    revision = f"{PAGE}:{view.chosen_unit or 'all'}"
    shown = [course for course in view.courses if not course.hidden]
    drawn = [course for course in shown if course.weeks]
    scored = any(course.score_median is not None for course in shown)
    private = bool(view.courses) and not shown
    empty = card.hidden() if private else card.no_data(_("Courses appear here with their first events."))
    days = any(day.learners is not None for day in view.days)
    no_days = card.hidden() if view.days else card.no_data(_("The first active day appears here within seconds."))
    return {
        "days": figures.active_days(view.days, view.today, screen, last=view.today, revision=revision),
        "days_state": None if days else no_days,
        "days_line": _("Learners with at least one event, per day"),
        "weeks": figures.courses_by_week(view.courses, view.week_starts, view.today, screen, revision=revision),
        "weeks_state": None if drawn and view.week_starts else empty,
        "weeks_line": _("Events per learner and week; grey: the other courses; number: the last week"),
        "scores": figures.scores_by_course(view.courses, screen, revision=revision),
        "scores_state": None if scored else card.hidden() if private else card.no_data(_("No course has scores yet.")),
        "scores_line": _("Average scores of learners: median and middle half of each course"),
    }


def fill(view: InstitutionView, screen: Screen, links: Links) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    count = ngettext("{number} course", "{number} courses", len(view.courses)).format(
        number=words.number(len(view.courses))
    )
    return {
        "page": "la-page",
        "title": institution_sentence(view),
        "lead": list(institution_lead(view)),
        "units": [controls.option("", _("all")), *(controls.option(unit, unit) for unit in view.units)],
        "strip": strip.cells(_cells(view)),
        "courses": grids.course_rows(view, links),
        "courses_line": _("{count}; active learners in per cent of the enrolled").format(count=count),
        **_charts(view, screen),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
