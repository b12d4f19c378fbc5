"""The values at the top of an institution's page. What is hidden says so in every one of them."""

from dash.development.base_component import Component

from dashapp import words
from dashapp.components import marks
from dashapp.components.card import hidden_words
from dashapp.components.differences import count_against
from dashapp.components.strip import Cell
from dashapp.domain.views import InstitutionView
from dashapp.words import _, ngettext


def _hidden_cell(title: str) -> Cell:
    said = ngettext("Fewer than {number} learner", "Fewer than {number} learners", 5).format(number=words.number(5))
    return Cell(title, _("Hidden for privacy"), (said,), kind="quiet")


def cells_of(view: InstitutionView) -> list[Cell]:
    """Enrolled, active, events, courses."""
    return [_enrolled(view), _active(view), _events(view), _courses(view)]


def _enrolled(view: InstitutionView) -> Cell:
    """Who is counted is said, since the administration counts everybody, of all courses."""
    title = _("Enrolled now")
    if view.enrolled is None:
        return _hidden_cell(title)
    count = len(view.courses)
    if view.under_way:
        said = ngettext(
            "learners of {number} course under way",
            "learners of {number} courses under way, each counted once",
            count,
        )
    else:
        said = ngettext(
            "learners of {number} course; none is under way",
            "learners of {number} courses, each counted once; none is under way",
            count,
        )
    return Cell(title, words.number(view.enrolled), (said.format(number=words.number(count)),))


def _active(view: InstitutionView) -> Cell:
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


def _events(view: InstitutionView) -> Cell:
    title = _("Events in the last 7 days")
    if view.hidden:
        return _hidden_cell(title)
    courses = [course for course in view.courses if not course.hidden]
    weekly = [
        sum(course.weeks[place] for course in courses if place < len(course.weeks))
        for place in range(len(view.week_starts))
    ]
    against = count_against(view.events_7, view.events_7_before, words.compact, _("the 7 days before"))
    return Cell(title, words.number(view.events_7), against, marks.spark(weekly[-14:], last_open=True))


def _courses(view: InstitutionView) -> Cell:
    title = _("Courses with activity in 7 days")
    shown = [course for course in view.courses if not course.hidden]
    hidden = len(view.courses) - len(shown)
    if hidden and not shown:
        return Cell(title, _("Hidden for privacy"), (hidden_words(),), kind="quiet")
    quiet = sum(1 for course in shown if course.active_7 == 0)
    of = _("of {total}").format(total=words.number(len(shown)))
    said = ngettext("{number} more is hidden for privacy", "{number} more are hidden for privacy", hidden)
    line = (said.format(number=words.number(hidden)),) if hidden else ()
    return Cell(title, words.number(len(shown) - quiet), line, small=of)
