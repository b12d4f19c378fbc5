"""The page of one learner: where do I stand, what is due, how do my scores compare, why does the page say so."""

from collections.abc import Sequence
from datetime import timedelta

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import figures, words
from dashapp.components import card, controls, marks, strip
from dashapp.components.audit_words import openings, openings_definition
from dashapp.components.card import Children, Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.differences import amount_against, count_against, emphasised
from dashapp.components.links import Links
from dashapp.components.rules import why, why_line
from dashapp.components.sentences import student_lead, student_sentence
from dashapp.components.slots import Slot, chart_slots
from dashapp.components.strip import Cell
from dashapp.components.whose import Reader, whose
from dashapp.domain.audience import Comparison
from dashapp.domain.audit import Opening
from dashapp.domain.views import Due, StudentView, Week
from dashapp.figures import Screen
from dashapp.ids import Student, asof_of, line_of
from dashapp.words import _, ngettext

PAGE = "student"


SHOWN_DUE = 4
OWN_WEEKS = 4
"""Weeks of the own average."""
CARDS = (Student.STRIP, Student.DUE, Student.WHY, Student.SCORES, Student.CALENDAR, Student.WEEKS, Student.OPENINGS)
"""In the order in which they stand on the page: the as-of lines are filled in this order."""


def _frame(name: str, title: str, width: str, subject: Subject, *, table: bool) -> Frame:
    line = "" if table or name == Student.WHY else None
    return Frame(PAGE, name, title, width, definition(subject), line, table)


def body(*, own: bool = True) -> Component:
    """The empty page; `own`: of the reader."""
    waiting = html.Span(className="la-sk block")
    calendar_key = html.Div(id=f"{Student.CALENDAR}-key", style={"minBlockSize": "1.375rem"})
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
            html.Div(
                [
                    card.card(
                        _frame(Student.DUE, _("What is due next?"), "s7", Subject.DUE, table=False),
                        [html.Div(waiting, id=Student.DUE, style={"minBlockSize": "11rem"})],
                    ),
                    card.card(
                        _frame(Student.WHY, _("Why does the page say so?"), "s5", Subject.RULES, table=False),
                        [html.Div(waiting, id=Student.WHY, style={"minBlockSize": "11rem"})],
                    ),
                ],
                className="la-grid",
            ),
            html.Div(
                [
                    card.chart(
                        _frame(Student.SCORES, _("How do the scores compare?"), "s7", Subject.SCORES, table=True), 268
                    ),
                    card.chart(
                        _frame(Student.CALENDAR, _("On which days?"), "s5", Subject.CALENDAR, table=True),
                        246,
                        calendar_key,
                    ),
                    card.chart(
                        _frame(Student.WEEKS, _("Week by week: more or less?"), "s12", Subject.WEEKS, table=True), 220
                    ),
                ],
                className="la-grid",
            ),
            _openings_row(own),
        ],
        id=Student.PAGE,
        className="la-page la-loading",
    )


def _openings_row(own: bool) -> Component:
    """Who opened the page: nobody else's business, so on another's page it is only there to stay empty."""
    frame = Frame(PAGE, Student.OPENINGS, _("Who opened my page?"), "s12", openings_definition(), None)
    rows = html.Div(html.Span(className="la-sk block"), id=Student.OPENINGS, style={"minBlockSize": "3rem"})
    return html.Div(card.card(frame, [rows]), className="la-grid", hidden=not own)


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
        "why": Slot(Student.WHY, "children"),
        "why_line": Slot(line_of(Student.WHY), "children"),
        **chart_slots("scores", Student.SCORES),
        **chart_slots("weeks", Student.WEEKS),
        **chart_slots("calendar", Student.CALENDAR),
        "calendar_key": Slot(f"{Student.CALENDAR}-key", "children"),
        "openings": Slot(Student.OPENINGS, "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _score_cell(view: StudentView) -> Cell:
    title = _("Average score")
    if view.average_score is None:
        return Cell(title, _("No score yet"), (_("The first graded work appears here"),), kind="quiet")
    ordered = sorted(view.scores, key=lambda score: score.at)
    line: tuple[str | Component, ...] = ()
    if ordered:
        gap = round(ordered[-1].score - view.average_score)
        last = (
            _("Last score {score}, {bold} as the average")
            if gap == 0
            else _("Last score {score}, {bold} than the average")
        )
        direction = _("the same") if gap == 0 else _("{points} higher") if gap > 0 else _("{points} lower")
        said = last.replace("{score}", words.percent(ordered[-1].score))
        line = emphasised(said, direction.format(points=words.percent_points(gap)))
    recent = [score.score for score in ordered[-8:]]
    return Cell(title, words.percent(view.average_score), line, marks.spark(recent, peak=100))


def _amount(week: Week, minutes: bool) -> float:
    return float(week.minutes or 0) if minutes else float(week.events)


def _week_cell(view: StudentView) -> Cell:
    minutes = view.minutes_recorded
    title = _("Time this week, until now") if minutes else _("Events this week, until now")
    said = words.duration if minutes else words.number
    if not view.weeks:
        return Cell(title, said(0))
    open_week = next((week for week in view.weeks if week.under_way), None)
    full = [week for week in view.weeks if not week.under_way]
    line: tuple[str | Component, ...] = ()
    if full:
        last, before = full[-1], full[-1 - OWN_WEEKS : -1]
        line = (_("Last full week {amount}").format(amount=said(_amount(last, minutes))),)
        if before:
            average = sum(_amount(week, minutes) for week in before) / len(before)
            against = _("the average before, {amount}").format(amount=said(average))
            line = (*line, ", ", *amount_against(_amount(last, minutes), average, said, against))
    columns = marks.spark([_amount(week, minutes) for week in view.weeks[-14:]], last_open=open_week is not None)
    return Cell(title, said(_amount(open_week, minutes) if open_week else 0), line, columns)


def _days_cell(view: StudentView) -> Cell:
    passed = view.today.weekday() + 1
    monday = view.today - timedelta(days=view.today.weekday())
    active = {day.day for day in view.days if day.events}
    now = sum(monday + timedelta(days=offset) in active for offset in range(passed))
    before = sum(monday + timedelta(days=offset - 7) in active for offset in range(passed))
    against = ngettext(
        "the first day of last week, {number}", "the first {passed} days of last week, {number}", passed
    ).format(number=words.number(before), passed=words.number(passed))
    of = _("of {total}").format(total=words.number(passed))
    line = count_against(now, before, words.number, against)
    columns = marks.spark(
        [week.active_days for week in view.weeks[-14:]],
        peak=7,
        last_open=bool(view.weeks) and view.weeks[-1].under_way,
    )
    return Cell(_("Active days this week"), words.number(now), line, columns, of)


def _handed_in_cell(view: StudentView) -> Cell:
    done = view.handed_in.on_time + view.handed_in.late
    due = done + view.handed_in.missing
    title = _("Handed in")
    if due == 0:
        return Cell(title, _("Nothing due yet"), (_("Deadlines so far: none"),), kind="quiet")
    parts = []
    if view.handed_in.late:
        parts.append(
            ngettext("{number} late", "{number} late", view.handed_in.late).format(
                number=words.number(view.handed_in.late)
            )
        )
    if view.handed_in.missing:
        said = ngettext("{number} missing", "{number} missing", view.handed_in.missing)
        parts.append(said.format(number=words.number(view.handed_in.missing)))
    line = words.listing(parts) if parts else _("All on time")
    of = _("of {total}").format(total=words.number(due))
    return Cell(title, words.number(done), (line,), marks.checks(view.handed_in.on_time), of)


def _due_state(due: Due, soon: bool) -> Component:
    if due.state == "submitted":
        return marks.level_mark("good", _("Handed in"))
    if due.state == "opened":
        return marks.level_mark("calm", _("Opened"))
    if due.state == "not_open":
        return marks.level_mark("calm", _("Not open yet"))
    return marks.level_mark("watch" if soon else "calm", _("Not started"))


def _due_list(view: StudentView) -> Component:
    rows = []
    # What is handed in already comes after what is still to do.
    ordered = sorted(view.due, key=lambda due: (due.state == "submitted", due.due_at))
    for due in ordered[:SHOWN_DUE]:
        when = words.local_date(due.due_at, view.freshness.zone)
        share = _("{share} of mark").format(share=words.percent(due.weight_share)) if due.weight_share else ""
        rows.append(
            html.Li(
                [
                    html.Div([html.B(due.activity, className="la-m"), html.P(due.course, className="la-small la-2")]),
                    html.Span(
                        [
                            html.Span(words.day(when, view.today), className="la-m"),
                            " ",
                            html.Span(words.in_days(when, view.today), className="la-2"),
                        ],
                        className="la-small when",
                    ),
                    html.Span(share, className="la-small la-2"),
                    html.Span(_due_state(due, (when - view.today).days <= 10), className="la-small"),
                ]
            )
        )
    if not rows:
        return card.no_data(_("No deadline is set. The next one appears here as soon as it is published."))
    return html.Ul(rows, className="la-list la-due")


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
    opened: Sequence[Opening] = (),
) -> dict[str, object]:
    """The values of the page by the names of `slots`, for who reads it; `opened`: who opened it."""
    own = reader in (Reader.LEARNER, Reader.PREVIEW)
    del links  # nothing on this page leads away yet; the parameter keeps the three pages alike
    asof: Children = card.asof_words(view.freshness)
    return {
        "page": "la-page",
        "whose": whose(view.name, reader),
        "title": student_sentence(view, own=own),
        "lead": list(student_lead(view, own=own)),
        "courses": _course_options(view),
        "strip": strip.cells([_score_cell(view), _week_cell(view), _days_cell(view), _handed_in_cell(view)]),
        "due": _due_list(view),
        "why": why(view),
        "why_line": why_line(view),
        **_charts(view, screen, None if own else _("score")),
        "openings": openings(opened, view.today, view.freshness.zone) if own else None,
        "asof": [asof] * len(CARDS),
    }
