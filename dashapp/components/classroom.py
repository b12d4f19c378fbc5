"""The page of one course: who needs help and why, who was active when, do those who work more score higher."""

from itertools import pairwise
from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, classroom_work, controls, grids, marks, messages, strip
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.differences import Parts, count_against
from dashapp.components.links import Links
from dashapp.components.sentences import classroom_lead, classroom_sentence, learners_counted, level_counts
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.strip import Cell
from dashapp.components.unnamed import GROUPED, NAMED, single_learners, without_learners
from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.filters import Filters
from dashapp.domain.views import ClassroomView, Level
from dashapp.figures import Screen
from dashapp.ids import Classroom, asof_of, file_of, line_of
from dashapp.words import _, ngettext

PAGE = "classroom"
CARDS = (
    Classroom.STRIP,
    Classroom.LEARNERS,
    Classroom.HEAT,
    Classroom.TIME_AND_SCORE,
    Classroom.DAYS,
)
"""In the order in which they stand on the page."""
GRID_HEIGHT = 430
HEAT_HEIGHT = 564
"""With 13 px for each of the rows that it shows at most."""


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool = True) -> Frame:
    zoom = name == Classroom.TIME_AND_SCORE
    file = name == Classroom.LEARNERS
    return Frame(PAGE, name, title, width, definition(subject), "", table, zoom, file)


def _filters() -> Component:
    everybody = [controls.option("", _("All"))]
    return controls.filter_row(
        _("Filters"),
        [
            html.Div(
                controls.select_chip(Classroom.SECTION, _("Section"), [controls.option("", _("all"))]), className=NAMED
            ),
            controls.date_chip(Classroom.FIRST, _("From")),
            controls.date_chip(Classroom.LAST, _("To")),
            html.Div(controls.chips(Classroom.LEVEL, _("Level"), everybody), className=NAMED),
            html.Span(id=Classroom.COUNT, className="la-push la-small la-2 hide-phone"),
        ],
    )


def _learners() -> Component:
    """The list, from which staff write to those whom they select."""
    question = _("Who needs help, and why?")
    columns = grids.learner_columns(minutes=True)
    listed = grids.grid(Classroom.LEARNERS, columns, GRID_HEIGHT, question, grids.CHOSEN_ROWS)
    frame = _frame(Classroom.LEARNERS, question, f"s12 {NAMED}", Subject.LEARNERS, table=False)
    return card.card(frame, [messages.bar(), listed])


def body() -> Component:
    """The empty page."""
    heat_key = html.Div(id=f"{Classroom.HEAT}-key", style={"minBlockSize": "1.375rem"})
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Classroom.TITLE),
                        html.P(card.skeleton("60%"), id=Classroom.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            _filters(),
            strip.strip(PAGE, Classroom.STRIP),
            html.Div(
                [
                    _learners(),
                    card.chart(
                        _frame(
                            Classroom.HEAT, _("Who was active, week by week?"), f"s7 {NAMED}", Subject.LEARNER_WEEKS
                        ),
                        HEAT_HEIGHT,
                        heat_key,
                    ),
                    card.chart(
                        _frame(
                            Classroom.TIME_AND_SCORE,
                            _("Do those who work more score higher?"),
                            f"s5 {NAMED}",
                            Subject.TIME_AND_SCORE,
                        ),
                        HEAT_HEIGHT,
                        marks.level_key(),
                        phone=340,
                    ),
                    card.chart(
                        _frame(Classroom.DAYS, _("How many are active each day?"), "s12", Subject.ACTIVE_DAYS), 200
                    ),
                ],
                className="la-grid",
            ),
            classroom_work.body(),
        ],
        id=Classroom.PAGE,
        className="la-page la-loading",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Classroom.PAGE, "className"),
        "title": Slot(Classroom.TITLE, "children"),
        "lead": Slot(Classroom.LEAD, "children"),
        "sections": Slot(Classroom.SECTION, "options"),
        "levels": Slot(Classroom.LEVEL, "options"),
        "first_holds": controls.date_slot(Classroom.FIRST),
        "last_holds": controls.date_slot(Classroom.LAST),
        "count": Slot(Classroom.COUNT, "children"),
        "strip": Slot(Classroom.STRIP, "children"),
        "learners": Slot(Classroom.LEARNERS, "rowData"),
        "learner_columns": Slot(Classroom.LEARNERS, "columnDefs"),
        "learners_file": Slot(file_of(Classroom.LEARNERS), "href"),
        "learners_line": Slot(line_of(Classroom.LEARNERS), "children"),
        **chart_slots("heat", Classroom.HEAT),
        "heat_key": Slot(f"{Classroom.HEAT}-key", "children"),
        **chart_slots("time_and_score", Classroom.TIME_AND_SCORE),
        **chart_slots("days", Classroom.DAYS),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _hidden_cell(title: str) -> Cell:
    return Cell(title, _("Hidden for privacy"), kind="quiet")


def _active_cell(view: ClassroomView) -> Cell:
    if view.hidden:
        return _hidden_cell(_("Active in the last 7 days"))
    total = learners_counted(view)
    of = _("of {total}").format(total=words.number(total))
    weeks = [sum(row.weeks[place] > 0 for row in view.learners) for place in range(len(view.week_starts))]
    line = count_against(view.active_7, view.active_7_before, words.number, _("the 7 days before"))
    under_way = bool(view.week_starts) and (view.today - view.week_starts[-1]).days < 7
    columns = marks.spark(weeks[-14:], peak=total, last_open=under_way) if view.named else None
    return Cell(_("Active in the last 7 days"), words.number(view.active_7), line, columns, of)


def _time_cell(view: ClassroomView) -> Cell:
    title = _("Median time, last full week")
    if view.hidden:
        return _hidden_cell(title)
    if view.minutes_recorded and view.median_minutes_week is not None:
        return Cell(title, words.duration(view.median_minutes_week), (_("Half of the learners worked longer"),))
    if view.minutes_recorded and 0 < learners_counted(view) <= FEWEST_OTHERS:
        return Cell(title, _("Too few to compare"), kind="quiet")
    if view.minutes_recorded:
        return Cell(title, _("No full week yet"), kind="quiet")
    said = _("Time is not recorded by this source; events are counted instead")
    return Cell(title, _("Not recorded"), (said,), kind="quiet")


def _due_cell(view: ClassroomView) -> Cell:
    title = _("Next deadline")
    if view.next_due is None:
        return Cell(title, _("None is set"), kind="quiet")
    when = words.local_date(view.next_due.due_at, view.freshness.zone)
    line: Parts = (view.next_due.activity,)
    return Cell(title, words.day_with_distance(when, view.today), line, kind="words")


def _score_cell(view: ClassroomView) -> Cell:
    title = _("Average score")
    scored = sum(row.score is not None for row in view.learners)
    if view.hidden:
        return _hidden_cell(title)
    if view.average_score is not None and not view.named:
        return Cell(title, words.percent(view.average_score))
    if view.average_score is None or scored == 0:
        return Cell(title, _("No score yet"), (_("The first graded work appears here"),), kind="quiet")
    said = ngettext("{number} learner has a score", "{number} learners have a score", scored)
    return Cell(title, words.percent(view.average_score), (said.format(number=words.number(scored)),))


def _level_options(view: ClassroomView) -> list[dict[str, Any]]:
    counts = level_counts(view.learners)
    options: list[dict[str, Any]] = [{"label": _("All"), "value": ""}]
    if not view.named:
        return options
    for level in Level:
        number = html.Span(words.number(counts[level]), className="count")
        options.append({"label": html.Span([marks.level(level), "\u00a0", number]), "value": level.value})
    return options


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
    if shown < total:
        said = _("{unit}; the first {shown} of {total} learners, in the order of the list")
        return said.format(unit=unit, shown=words.number(shown), total=words.number(total))
    return _("{unit}; in the order of the list").format(unit=unit)


def _charts(view: ClassroomView, screen: Screen, revision: str) -> dict[str, object]:
    scored = any(row.score is not None for row in view.learners)
    heat = bool(view.learners and view.week_starts)
    range_words = words.date_span(view.first, view.last)
    amount = _("Time and average score") if view.minutes_recorded else _("Events and average score")
    several = sum(row.score is not None for row in view.learners) > FEWEST_OTHERS
    said = _("{amount}, {span}; lines: medians") if several else _("{amount}, {span}")
    return {
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
        "time_and_score_line": said.format(amount=amount, span=range_words),
        "days": figures.active_days(view.days, view.today, screen, last=view.last, revision=revision),
        "days_state": None
        if view.days
        else card.hidden()
        if view.hidden
        else card.no_data(_("No activity between these dates.")),
        "days_line": _("Learners per day, {span}").format(span=range_words),
    }


def fill(view: ClassroomView, screen: Screen, links: Links, filters: Filters | None = None) -> dict[str, object]:
    """The values of the page by the names of `slots`, for the filters that the reader has chosen."""
    filters = filters or Filters()
    rows = grids.learner_rows(view, links, filters.level)
    number = len(rows) if view.named else learners_counted(view)
    shown = ngettext("{number} learner", "{number} learners", number).format(number=words.number(number))
    ordered = _("{count}; most points of the rules first, every rule that applies with its value").format(count=shown)
    if not view.rostered:
        ordered = _("{line}. No roster has come: everybody who did something here is listed").format(line=ordered)
    return {
        "page": "la-page" if view.named else f"la-page {GROUPED}",
        "title": classroom_sentence(view),
        "lead": list(classroom_lead(view)),
        "sections": [
            controls.option("", _("all")),
            *(controls.option(short, title) for short, title in view.sections),
        ],
        "levels": _level_options(view),
        "first_holds": controls.date_holds(view.first, filters.first),
        "last_holds": controls.date_holds(view.last, filters.last),
        "count": "" if view.hidden else shown,
        "strip": strip.cells([_active_cell(view), _time_cell(view), _score_cell(view), _due_cell(view)]),
        "learners": rows,
        "learner_columns": grids.learner_columns(minutes=view.minutes_recorded),
        "learners_file": links.learners_file(view.course.public_id) if view.named else None,
        "learners_line": ordered if view.named else single_learners(),
        **_charts(view, screen, f"{PAGE}:{view.course.public_id}:{view.first}:{view.last}"),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
