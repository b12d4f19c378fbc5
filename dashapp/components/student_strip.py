"""The four values at the top of a learner's page, each against the plan or the learner's own past."""

from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import marks
from dashapp.components.differences import Parts, amount_against, count_against, emphasised
from dashapp.components.strip import Cell
from dashapp.domain.views import Due, StudentView
from dashapp.figures.summary import named
from dashapp.words import _, ngettext

OWN_WEEKS = 4
"""Weeks of the own average."""


def strip_cells(view: StudentView) -> list[Cell]:
    """Progress, score, next due, active days."""
    return [_progress_cell(view), _score_cell(view), _due_cell(view), _days_cell(view)]


def _progress_cell(view: StudentView) -> Cell:
    title = _("Progress")
    progress = view.content.progress
    published = sum(one.published for one in progress)
    if not published:
        return Cell(title, _("Nothing published yet"), (_("Activities count from their first day on"),), kind="quiet")
    done, planned = view.content.done, view.content.planned
    of = ngettext("{done} of {number} activity", "{done} of {number} activities", published)
    said = of.format(done=words.number(done), number=words.number(published))
    line: tuple[str | Component, ...] = (said,)
    if planned is not None:
        against = _("the plan for today, {number}").format(number=words.number(planned))
        line = (said, ", ", *count_against(done, planned, words.number, against))
    return Cell(title, words.percent(100 * done / published), line)


def _score_cell(view: StudentView) -> Cell:
    title = _("Average score")
    if view.average_score is None:
        return Cell(title, _("No score yet"), (_("The first graded work appears here"),), kind="quiet")
    ordered = sorted(view.scores, key=lambda score: score.at)
    line: Parts = ()
    if ordered:
        line = _last_against_earlier(ordered[-1].score, view.earlier_score)
    recent = [score.score for score in ordered[-8:]]
    return Cell(title, words.percent(view.average_score), line, marks.spark(recent, peak=100))


def _last_against_earlier(last: float, earlier: float | None) -> Parts:
    """The newest score beside the average that it met, which does not hold it."""
    if earlier is None:
        return (_("The first score, with nothing before it to compare"),)
    gap = round(last - earlier)
    template = (
        _("Last score {score}, {bold} as the average before it")
        if gap == 0
        else _("Last score {score}, {bold} than the average before it")
    )
    direction = _("the same") if gap == 0 else _("{points} higher") if gap > 0 else _("{points} lower")
    said = template.replace("{score}", words.percent(last))
    return emphasised(said, direction.format(points=words.percent_points(gap)))


def due_state(due: Due, soon: bool) -> Component:
    """What has become of something to come, as a shape and a word; `soon` makes what is not started urgent."""
    urgent = soon and due.state not in ("submitted", "opened", "not_open")
    return marks.level_mark("good" if due.state == "submitted" else "watch" if urgent else "calm", state_of_due(due))


def state_of_due(due: Due) -> str:
    """The word alone."""
    said = {"submitted": _("Handed in"), "opened": _("Opened"), "not_open": _("Not open yet")}
    return said.get(due.state, _("Not started"))


def is_soon(when: date, today: date) -> bool:
    """Whether a deadline is near enough to be urgent."""
    return (when - today).days <= 10


def _due_cell(view: StudentView) -> Cell:
    title = _("Next due")
    due = min((each for each in view.due if each.state != "submitted"), key=lambda each: each.due_at, default=None)
    if due is None:
        said = _("What is set is handed in") if view.due else _("No deadline is set")
        return Cell(title, _("Nothing to hand in"), (said,), kind="quiet")
    when = words.local_date(due.due_at, view.freshness.zone)
    name: list[str | Component] = [html.Bdi(named(due.activity), className="la-m"), ", ", html.Bdi(named(due.course))]
    part = _("{share} of mark").format(share=words.percent(due.weight_share)) if due.weight_share else ""
    share = f", {part}" if part else ""
    state = html.Span(due_state(due, is_soon(when, view.today)), className="la-small la-block")
    return Cell(title, words.in_days(when, view.today), (*name, share, state), kind="words")


def _days_cell(view: StudentView) -> Cell:
    passed = view.today.weekday() + 1
    monday = view.today - timedelta(days=view.today.weekday())
    active = {day.day for day in view.days if day.events}

    def days_of(week: date) -> int:
        return sum(week + timedelta(days=offset) in active for offset in range(passed))

    now = days_of(monday)
    before = [week.start for week in view.weeks if week.start < monday][-OWN_WEEKS:]
    line: tuple[str | Component, ...] = ()
    if before:
        average = sum(days_of(week) for week in before) / len(before)
        against = ngettext(
            "the average of the first day of the last {weeks} weeks, {number}",
            "the average of the first {passed} days of the last {weeks} weeks, {number}",
            passed,
        ).format(number=_days(average), passed=words.number(passed), weeks=words.number(len(before)))
        line = amount_against(now, average, _days, against)
    of = _("of {total}").format(total=words.number(passed))
    columns = marks.spark(
        [week.active_days for week in view.weeks[-14:]],
        peak=7,
        last_open=bool(view.weeks) and view.weeks[-1].under_way,
    )
    return Cell(_("Active days this week"), words.number(now), line, columns, of)


def _days(value: float) -> str:
    """Days, of which an average has parts."""
    return words.number(value, 0 if float(value).is_integer() else 1)
