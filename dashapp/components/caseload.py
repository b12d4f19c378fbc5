"""The learners whom one advises or is guardian of: who needs help and why, over all their courses."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, marks
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.differences import Parts
from dashapp.components.links import Links
from dashapp.components.reasons import applies, reason_sentence
from dashapp.components.slots import Slot
from dashapp.domain.views import CaseloadRow, CaseloadView, Level
from dashapp.figures import Screen
from dashapp.ids import Caseload, asof_of, line_of
from dashapp.words import _, ngettext

PAGE = "caseload"
CARDS = (Caseload.LIST,)
"""In the order in which they stand on the page."""


def body() -> Component:
    """The empty page."""
    frame = Frame(PAGE, Caseload.LIST, _("How do the learners stand?"), "", definition(Subject.CASELOAD))
    waiting = html.Div(html.Span(className="la-sk block"), id=Caseload.LIST, style={"minBlockSize": "8rem"})
    head = html.Div(
        [
            html.H1(card.skeleton(), id=Caseload.TITLE),
            html.P(card.skeleton("60%"), id=Caseload.LEAD, className="la-lead"),
        ]
    )
    return html.Main(
        [html.Header(head, className="la-head"), card.card(frame, [waiting])],
        id=Caseload.PAGE,
        className="la-page la-loading",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Caseload.PAGE, "className"),
        "title": Slot(Caseload.TITLE, "children"),
        "lead": Slot(Caseload.LEAD, "children"),
        "listed": Slot(Caseload.LIST, "children"),
        "listed_line": Slot(line_of(Caseload.LIST), "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def sentence(view: CaseloadView) -> str:
    """How many of the learners need help; a plain heading where no rule speaks."""
    total = len(view.learners)
    if not any(row.speaking for row in view.learners):
        return ngettext("{number} learner", "{number} learners", total).format(number=words.number(total))
    count = sum(row.level is Level.HELP for row in view.learners)
    if count == 0:
        return _("No learner needs help now")
    said = ngettext("{help} of {total} learners needs help", "{help} of {total} learners need help", count)
    return said.format(help=words.number(count), total=words.number(total))


def lead(view: CaseloadView) -> Parts:
    """What the list is, and what it is not."""
    if not view.learners:
        return (_("A learner appears here as soon as they are in a course."),)
    return (_("Over all courses of each learner that are under way. Nobody else of these courses is shown."),)


def _why(row: CaseloadRow) -> str:
    """The reasons of the course with the most points, with its code where there are several."""
    worst = max(row.reasons, key=lambda given: sum(reason.points for reason in given[1]), default=None)
    if worst is None or not any(applies(reason) for reason in worst[1]):
        return ""
    said = reason_sentence(*worst[1])
    return _("{course}: {why}").format(course=worst[0], why=said) if len(row.reasons) > 1 else said


def _row(row: CaseloadRow, view: CaseloadView, links: Links) -> Component:
    name = row.name or _("A learner without a name")
    active = words.ago(row.last_active, view.today) if row.last_active else _("never")
    score = "–" if row.average_score is None else words.percent(row.average_score)
    return html.Tr(
        [
            html.Td(dcc.Link(html.B(name, className="la-m"), href=links.learner(row.public_id))),
            html.Td(words.listing(list(row.courses)), className="la-2 hide-phone"),
            html.Td(marks.level(row.level) if row.speaking else "–"),
            html.Td(_why(row), className="la-2 hide-phone"),
            html.Td(active, className="la-2"),
            html.Td(score, className="la-num hide-phone"),
        ]
    )


def _table(view: CaseloadView, links: Links) -> Component:
    if not view.learners:
        return card.no_data(_("None of the learners is in a course now."))
    heads = [
        html.Th(_("Learner"), scope="col"),
        html.Th(_("Courses"), scope="col", className="hide-phone"),
        html.Th(_("Level"), scope="col"),
        html.Th(_("Why"), scope="col", className="hide-phone"),
        html.Th(_("Last active"), scope="col"),
        html.Th(_("Score"), scope="col", className="la-num hide-phone"),
    ]
    rows = [_row(each, view, links) for each in view.learners]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table la-courses")


def fill(view: CaseloadView, screen: Screen, links: Links) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    del screen  # a table reads the same on every screen; the parameter keeps the pages alike
    return {
        "page": "la-page",
        "title": sentence(view),
        "lead": list(lead(view)),
        "listed": _table(view, links),
        "listed_line": _("Those who need help first; score is the average of all courses under way"),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
