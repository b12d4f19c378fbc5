"""The page of an organisation: how many are active, how do the courses compare, how does activity go over time."""

from dataclasses import dataclass, field, replace
from typing import Final

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, controls, downloads, grids, institution_further, marks, strip, to_come
from dashapp.components.card import Children, Frame
from dashapp.components.course_comparison import course_columns, course_rows
from dashapp.components.definitions import Subject, definition
from dashapp.components.institution_strip import cells_of
from dashapp.components.links import Links
from dashapp.components.sentences import institution_lead, institution_sentence
from dashapp.components.slots import Slot, chart_slots
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.views import InstitutionView
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from dashapp.ids import Institution, asof_of, line_of
from dashapp.words import _, ngettext

PAGE = "institution"
CARDS = (
    Institution.STRIP,
    Institution.COURSES,
    Institution.TREE,
    Institution.DAYS,
    Institution.WEEKS,
    Institution.SCORES,
)
"""In the order in which they stand on the page."""
GRID_HEIGHT = grids.TWO_LINES + 4 + 10 * 36
"""px of the grid: its head and ten rows, whatever it holds, since nothing below may jump; more rows are scrolled to."""
COMPARISON = grids.Manners(head=grids.TWO_LINES)
WEEK, MONTH = "week", "month"
SPANS: Final = (WEEK, MONTH)
"""What activity over time can be counted by, besides days."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader has chosen on the page, and whose page it is."""

    filters: Filters = field(default_factory=Filters)
    span: str = ""
    organisation: PublicId | None = None


def span_of(value: object) -> str:
    """The unit of time that a control or an address names; "" for days, and for what is none."""
    return next((span for span in SPANS if span == value), "")


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool = True) -> Frame:
    return Frame(PAGE, name, title, width, definition(subject, organisation=True), "", table)


def _filters() -> Component:
    return controls.filter_row(
        _("Filters"),
        [
            controls.select_chip(Institution.UNIT, _("Unit"), [controls.option("", _("all"))]),
            controls.date_chip(Institution.FIRST, _("From")),
            controls.date_chip(Institution.LAST, _("To")),
        ],
    )


def _span_switch() -> Component:
    options = [
        controls.option("", _("Days")),
        controls.option(WEEK, _("Weeks")),
        controls.option(MONTH, _("Months")),
    ]
    switch = controls.segments(Institution.SPAN, _("Count active learners by"), options)
    return html.Div(switch, className="la-card-control")


def share_key() -> Component:
    """The key of the tree map."""
    steps = [0, *figures.SHARE_STEPS[1:]]
    texts = [
        _("under {share}").format(share=words.percent(upper))
        if not lower
        else _("{lower} to {upper}").format(lower=words.number(lower), upper=words.percent(upper))
        for lower, upper in zip(steps, [*steps[1:], 100], strict=True)
    ]
    return marks.amount_key(_("nobody active"), texts)


def _cards() -> list[Component]:
    compare, where = _("How do the courses compare?"), _("Where are the learners, and where are they active?")
    return [
        card.card(
            _frame(Institution.COURSES, compare, "s12", Subject.COURSES, table=False),
            [grids.grid(Institution.COURSES, course_columns(), GRID_HEIGHT, compare, COMPARISON)],
        ),
        card.chart(
            _frame(Institution.TREE, where, "s12 la-treemap", Subject.COURSE_TREE),
            340,
            share_key(),
            phone=420,
        ),
        card.chart(
            _frame(Institution.DAYS, _("How many are active?"), "s12", Subject.ACTIVE_DAYS), 240, _span_switch()
        ),
        card.chart(
            _frame(Institution.WEEKS, _("Which courses gain, which lose activity?"), "s7", Subject.COURSE_WEEKS), 340
        ),
        card.chart(_frame(Institution.SCORES, _("How do the scores compare?"), "s5", Subject.COURSE_SCORES), 340),
    ]  # fmt: skip


def body() -> Component:
    """The empty page."""
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
            _filters(),
            strip.strip(PAGE, Institution.STRIP),
            html.Div(_cards(), className="la-grid"),
            institution_further.body(),
            *downloads.places(PAGE),
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
        "first": controls.date_slot(Institution.FIRST),
        "last": controls.date_slot(Institution.LAST),
        "strip": Slot(Institution.STRIP, "children"),
        "courses": Slot(Institution.COURSES, "rowData"),
        "courses_line": Slot(line_of(Institution.COURSES), "children"),
        **chart_slots("tree", Institution.TREE),
        **chart_slots("days", Institution.DAYS),
        **chart_slots("weeks", Institution.WEEKS),
        **chart_slots("scores", Institution.SCORES),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _courses_line(view: InstitutionView) -> Children:
    count = ngettext("{number} course", "{number} courses", len(view.courses))
    said = _("{count}; active learners in % of the enrolled; handed in:").format(
        count=count.format(number=words.number(len(view.courses)))
    )
    key = [
        part
        for kind, text in (("on-time", _("on time")), ("late", _("late")), ("missing", _("missing")))
        for part in (html.I(className=kind), f" {text} ")
    ]
    return [f"{said} ", html.Span(key, className="la-stack-key")]


def _tree(view: InstitutionView, screen: Screen, links: Links, chosen: Chosen) -> Drawing:
    dates = Filters(first=chosen.filters.first, last=chosen.filters.last)

    def unit(name: str) -> str | None:
        if links.alone or chosen.organisation is None or not name:
            return None
        return f"{links.organisation(chosen.organisation)}?{replace(dates, unit=name).to_query()}"

    address = links.each_course(dates)
    addresses = figures.Addresses(lambda course: None if links.alone else address(course.public_id), unit)
    return figures.course_tree(view, screen, addresses, name=view.name, revision=_revision(view))  # fmt: skip


def _revision(view: InstitutionView) -> str:
    return f"{PAGE}:{view.chosen_unit or 'all'}:{view.first}:{view.last}"


def _over_time(view: InstitutionView, screen: Screen, span: str) -> dict[str, object]:
    revision = f"{_revision(view)}:{span}"
    if span:
        spans = view.months if span == MONTH else view.weeks
        drawn = figures.active_spans(spans, screen, monthly=span == MONTH, revision=revision)
        line = (
            _("Different learners with at least one event in a month, and courses")
            if span == MONTH
            else _("Different learners with at least one event in a week, and courses")
        )
    else:
        drawn = figures.active_days(
            view.days, view.today, screen, last=view.last, courses=view.day_courses, revision=revision
        )
        line = _("Learners with at least one event, per day")
    known = any(day.learners is not None for day in view.days)
    awaited = to_come.state() if view.to_come else card.no_data(_("The first active day appears here within seconds."))
    if span == MONTH and known and not view.months:
        awaited, known = card.no_data(_("No month has all of its weeks among those chosen.")), False
    empty = card.hidden() if view.hidden or (view.days and not span and not known) else awaited
    return {"days": drawn, "days_state": None if known and not view.hidden else empty, "days_line": line}


def _charts(view: InstitutionView, screen: Screen, links: Links, chosen: Chosen) -> dict[str, object]:
    revision = _revision(view)
    shown = [course for course in view.courses if not course.hidden]
    with_weeks = [course for course in shown if course.weeks]
    scored = any(course.score_median is not None for course in shown)
    private = bool(view.courses) and not shown
    empty = card.hidden() if private else card.no_data(_("Courses appear here with their first events."))
    no_scores = card.hidden() if private else card.no_data(_("No course has scores yet."))
    return {
        "tree": _tree(view, screen, links, chosen),
        "tree_state": None if any(course.enrolled for course in shown) else empty,
        "tree_line": _("Size: learners enrolled; shade: active in 7 days, in % of them; a click opens it"),
        **_over_time(view, screen, chosen.span),
        "weeks": figures.courses_by_week(view.courses, view.week_starts, view.today, screen, revision=revision),
        "weeks_state": None
        if with_weeks and view.week_starts
        else to_come.or_else(view.to_come, empty, private=private),
        "weeks_line": _("Events per learner and week; grey: the other courses; number: the last week"),
        "scores": figures.scores_by_course(view.courses, screen, revision=revision),
        "scores_state": None if scored else no_scores,
        "scores_line": _("Average scores of learners: median and middle half of each course"),
    }


def fill(view: InstitutionView, screen: Screen, links: Links, chosen: Chosen = Chosen()) -> dict[str, object]:  # frozen
    """The values of the page by the names of `slots`."""
    filters = chosen.filters
    return {
        "page": "la-page",
        "title": institution_sentence(view),
        "lead": list(institution_lead(view)),
        "units": [controls.option("", _("all")), *(controls.option(unit, unit) for unit in view.units)],
        "first": controls.date_holds(view.first, filters.first) if view.first else "",
        "last": controls.date_holds(view.last, filters.last) if view.last else "",
        "strip": strip.cells(cells_of(view)),
        "courses": course_rows(view, links, filters),
        "courses_line": _courses_line(view),
        **_charts(view, screen, links, chosen),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
