"""The page of one course: who needs help and why, who was active when, do those who work more score higher."""

from dataclasses import replace
from itertools import pairwise

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import (
    card,
    classroom_compare,
    classroom_filters,
    classroom_work,
    controls,
    downloads,
    hindsight,
    learner_grid,
    marks,
    messages,
    saved_views,
    strip,
    to_come,
)
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.classroom_strip import CELLS, strip_cells
from dashapp.components.definitions import Subject, definition
from dashapp.components.links import Links
from dashapp.components.sentences import classroom_lead, classroom_sentence, learners_counted
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.unnamed import GROUPED, NAMED, nobody_matches, single_learners, without_learners
from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.filters import Filters
from dashapp.domain.views import ClassroomView
from dashapp.figures import Screen
from dashapp.ids import Classroom, asof_of, file_of, fresh_of, line_of, narrowed_of
from dashapp.words import _, ngettext

PAGE = "classroom"
CARDS = (
    Classroom.STRIP,
    Classroom.COMPARED,
    Classroom.LEARNERS,
    Classroom.HEAT,
    Classroom.TIME_AND_SCORE,
    Classroom.DAYS,
)
"""In the order in which they stand on the page."""
HEAT_HEIGHT = 564
"""With 13 px for each of the rows that it shows at most."""


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool = True) -> Frame:
    zoom = name == Classroom.TIME_AND_SCORE
    file = name == Classroom.LEARNERS
    return Frame(PAGE, name, title, width, definition(subject), "", table, zoom, file)


def _drag() -> Component:
    """What a drag over the chart does; on a phone it scrolls the page."""
    options = [
        controls.option("", _("zoom")),
        controls.option("select", _("box")),
        controls.option("lasso", _("lasso")),
    ]
    switch = controls.segments(Classroom.DRAG, _("A drag over the chart"), options)
    return html.Div(switch, className="la-push hide-phone")


def body() -> Component:
    """The empty page."""
    said = [
        html.H1(card.skeleton(), id=Classroom.TITLE),
        html.P(card.skeleton("60%"), id=Classroom.LEAD, className="la-lead"),
    ]
    return html.Main(
        [
            html.Header(html.Div(said), className="la-head"),
            classroom_filters.row(classroom_compare.chip(), saved_views.menu()),
            strip.strip(PAGE, Classroom.STRIP, CELLS),
            classroom_compare.place(PAGE),
            html.Div(_cards(), className="la-grid"),
            classroom_work.body(),
            hindsight.body(),
            *downloads.places(PAGE),
        ],
        id=Classroom.PAGE,
        className="la-page la-loading",
    )


def _cards() -> list[Component]:
    heat_key = html.Div(id=f"{Classroom.HEAT}-key", style={"minBlockSize": "1.375rem"})
    learners, scores = _("Who needs help, and why?"), _("Do those who work more score higher?")
    key = html.Div([marks.level_key(), _drag()], className="la-row")
    heat = _frame(Classroom.HEAT, _("Who was active, week by week?"), f"s7 {NAMED}", Subject.LEARNER_WEEKS)
    scatter = _frame(Classroom.TIME_AND_SCORE, scores, f"s5 {NAMED}", Subject.TIME_AND_SCORE)
    return [
        card.card(
            _frame(Classroom.LEARNERS, learners, f"s12 {NAMED}", Subject.LEARNERS, table=False),
            [messages.bar(), learner_grid.grid(learners)],
        ),
        card.chart(heat, HEAT_HEIGHT, heat_key),
        card.chart(scatter, HEAT_HEIGHT, key, phone=340),
        card.chart(_frame(Classroom.DAYS, _("How many are active each day?"), "s12", Subject.ACTIVE_DAYS), 200),
    ]


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Classroom.PAGE, "className"),
        "title": Slot(Classroom.TITLE, "children"),
        "lead": Slot(Classroom.LEAD, "children"),
        **classroom_filters.slots(),
        **classroom_compare.slots(),
        "strip": Slot(Classroom.STRIP, "children"),
        "learners": Slot(fresh_of(Classroom.LEARNERS), "data"),
        "narrowed": Slot(narrowed_of(Classroom.LEARNERS), "data"),
        "learner_columns": Slot(Classroom.LEARNERS, "columnDefs"),
        "learners_file": Slot(file_of(Classroom.LEARNERS), "href"),
        "learners_line": Slot(line_of(Classroom.LEARNERS), "children"),
        **chart_slots("heat", Classroom.HEAT),
        "heat_key": Slot(f"{Classroom.HEAT}-key", "children"),
        **chart_slots("time_and_score", Classroom.TIME_AND_SCORE),
        **chart_slots("days", Classroom.DAYS),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _heat_key(view: ClassroomView) -> Component:
    steps = figures.HEAT_MINUTES if view.heat_in_minutes else figures.HEAT_EVENTS
    said = words.duration if view.heat_in_minutes else words.number
    texts = [_("under {amount}").format(amount=said(steps[1]))]
    between = _("{low} to {high}")
    texts += [between.format(low=said(low), high=said(high)) for low, high in pairwise(steps[1:])]
    return marks.amount_key(_("none"), [*texts, _("{amount} and more").format(amount=said(steps[-1]))])


def _heat_line(view: ClassroomView) -> str:
    shown, total = figures.heat_rows_shown(view), len(view.learners)
    unit = _("Time per learner and week") if view.heat_in_minutes else _("Events per learner and week")
    if 0 < shown < total:
        said = _("{unit}; the first {shown} of {total} learners, in the order of the list")
        return said.format(unit=unit, shown=words.number(shown), total=words.number(total))
    return _("{unit}; in the order of the list").format(unit=unit)


_EMPTIED = ("heat", "time_and_score", "days")
_OF_GROUPS = ("days",)
"""Of them, what is shown to who sees groups only."""


def _charts(view: ClassroomView, screen: Screen, revision: str) -> dict[str, object]:
    scored = any(row.score is not None for row in view.learners)
    heat = bool(view.learners and view.week_starts)
    range_words = to_come.span(view.first, view.last, view.to_come, view.today)
    amount = _("Time and average score") if view.minutes_recorded else _("Events and average score")
    several = sum(row.score is not None for row in (*view.learners, *view.unpicked)) > FEWEST_OTHERS
    said = _("{amount}, {span}; lines: medians") if several else _("{amount}, {span}")
    found: dict[str, object] = {
        "heat": figures.learner_weeks(view, screen, revision=revision),
        "heat_state": None
        if heat
        else without_learners(view.named, _("Learners appear here as soon as they are enrolled.")),
        "heat_line": _heat_line(view),
        "heat_key": _heat_key(view),
        "time_and_score": figures.time_and_score(view, screen, revision=revision),
        "time_and_score_state": None
        if scored
        else without_learners(view.named, _("Learners appear here with their first score.")),
        "time_and_score_line": learner_grid.cut_words(
            said.format(amount=amount, span=range_words), len(view.learners) + len(view.unpicked)
        ),
        "days": figures.active_days(view.days, view.today, screen, last=view.last, revision=revision),
        "days_state": None
        if view.days
        else card.hidden()
        if view.hidden
        else card.no_data(_("No activity between these dates.")),
        "days_line": _("Learners per day, {span}").format(span=range_words),
    }
    if view.to_come is not None:
        none = replace(view, learners=(), unpicked=())
        found["time_and_score"] = figures.time_and_score(none, screen, revision=revision)
        emptied = _EMPTIED if view.named else _OF_GROUPS
        return {**found, **{f"{name}_state": to_come.state() for name in emptied}}
    return found if not view.unmatched else {**found, **{f"{name}_state": nobody_matches() for name in _EMPTIED}}


def _back(view: ClassroomView, links: Links, filters: Filters) -> list[Component | str]:
    """A link to the page of the institution, with the same days, for who may open it."""
    if links.institution is None or links.alone:
        return []
    days = Filters(first=view.first) if filters.span else Filters(first=filters.first, last=filters.last)
    to = links.organisation(links.institution, days)
    return [" ", html.A(_("Back to the institution"), href=to, **attributes(data_la_follow="1"))]


def fill(
    view: ClassroomView, screen: Screen, links: Links, filters: Filters | None = None, kept: str = ""
) -> dict[str, object]:
    """The values of the page by the names of `slots`, for the filters that the reader has chosen.

    `kept`: what the saved view is called that is compared with.
    """
    filters = filters or Filters()
    rows = learner_grid.learner_rows(view, links)
    number = len(view.learners) if view.named else learners_counted(view)
    shown = ngettext("{number} learner", "{number} learners", number).format(number=words.number(number))
    ordered = _("{count}; most points of the rules first, every rule that applies with its value").format(count=shown)
    if not view.rostered:
        ordered = _("{line}. No roster has come: everybody who did something here is listed").format(line=ordered)
    return {
        "page": "la-page" if view.named else f"la-page {GROUPED}",
        "title": classroom_sentence(view),
        "lead": [*classroom_lead(view), *_back(view, links, filters)],
        **classroom_filters.fill(view, filters, shown),
        **classroom_compare.fill(view, screen, filters, kept),
        "strip": strip.cells(strip_cells(view, classroom_filters.chooses(view, filters))),
        # By its choice the browser tells a live update, which moves no row, from another question.
        "learners": {"choice": f"{view.course.public_id}?{replace(filters, learners=None).key()}", "rows": rows},
        "narrowed": learner_grid.narrowed_to(view),
        "learner_columns": learner_grid.learner_columns(minutes=view.minutes_recorded),
        "learners_file": links.learners_file(view.course.public_id) if view.named else None,
        "learners_line": learner_grid.cut_words(ordered, len(view.learners)) if view.named else single_learners(),
        **_charts(view, screen, f"{PAGE}:{view.course.public_id}:{view.first}:{view.last}"),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
