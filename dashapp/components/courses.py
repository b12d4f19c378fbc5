"""The list of classrooms: how many learners each has, how many are active, and where somebody is needed."""

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, marks
from dashapp.components.card import Frame
from dashapp.components.definitions import Subject, definition
from dashapp.components.links import Links
from dashapp.components.sentences import courses_lead, courses_sentence
from dashapp.components.slots import Slot
from dashapp.domain.views import CourseFigures, CoursesView
from dashapp.figures import Screen
from dashapp.ids import Courses, asof_of, line_of
from dashapp.words import _, ngettext

PAGE = "courses"
CARDS = (Courses.LIST,)
"""In the order in which they stand on the page."""


def body() -> Component:
    """The empty page."""
    frame = Frame(
        PAGE, Courses.LIST, _("How do the courses stand?"), "", definition(Subject.CLASSROOMS, organisation=True)
    )
    waiting = html.Div(html.Span(className="la-sk block"), id=Courses.LIST, style={"minBlockSize": "8rem"})
    head = html.Div(
        [
            html.H1(card.skeleton(), id=Courses.TITLE),
            html.P(card.skeleton("60%"), id=Courses.LEAD, className="la-lead"),
        ]
    )
    return html.Main(
        [html.Header(head, className="la-head"), card.card(frame, [waiting])],
        id=Courses.PAGE,
        className="la-page la-loading",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Courses.PAGE, "className"),
        "title": Slot(Courses.TITLE, "children"),
        "lead": Slot(Courses.LEAD, "children"),
        "listed": Slot(Courses.LIST, "children"),
        "listed_line": Slot(line_of(Courses.LIST), "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def _active(figures: CourseFigures) -> Component:
    share = 100 * (figures.active_7 or 0) / figures.enrolled if figures.enrolled else 0.0
    bar = html.Span(html.I(style={"inlineSize": f"{share:.1f}%"}), className="la-share hide-phone")
    said = html.Span(_("{share} of all").format(share=words.percent(share)), className="la-2 hide-phone")
    return html.Span([html.B(words.number(figures.active_7 or 0), className="la-m"), bar, said], className="la-active")


def _level(kind: str, count: int | None) -> Component | str:
    """The number with the shape of its level, whose word stands at the head of the column; quiet where it is nought."""
    if count is None:
        return "–"
    return marks.level_mark(kind, words.number(count)) if count else html.Span(words.number(0), className="la-2")


def _row(figures: CourseFigures, links: Links, *, named: bool) -> Component:
    course = figures.course
    called = course.title if course.title or course.code else _("No name so far")
    title = html.Span(called, className="la-2")
    label: list[Component | str] = [html.B(course.code, className="la-m"), " ", title]
    name = html.Td(label if links.alone else dcc.Link(label, href=links.course(course.public_id)))
    columns = 4 if named else 2
    if figures.hidden:
        said = html.Span(card.hidden_words(), className="la-plate")
        return html.Tr([name, html.Td(said, colSpan=columns)], className="la-hidden-row")
    if figures.enrolled is None:
        return html.Tr([name, html.Td(_("Not under way"), colSpan=columns, className="la-2")])
    cells = [
        html.Td(words.number(figures.enrolled or 0), className="la-num"),
        html.Td(_active(figures), className="fit"),
    ]
    if named:
        cells += [html.Td(_level("help", figures.needs_help)), html.Td(_level("watch", figures.watch))]
    return html.Tr([name, *cells])


def _table(view: CoursesView, links: Links) -> Component:
    if not view.courses:
        return card.no_data(_("A course appears here as soon as you are enrolled as its teacher."))
    heads = [
        html.Th(_("Course"), scope="col"),
        html.Th(_("Enrolled"), scope="col", className="la-num"),
        html.Th(_("Active in 7 days"), scope="col"),
    ]
    if view.named:
        heads += [html.Th(_("Needs help"), scope="col"), html.Th(_("Watch"), scope="col")]
    rows = [_row(each, links, named=view.named) for each in view.courses]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table la-courses")


def fill(view: CoursesView, screen: Screen, links: Links) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    del screen  # a table reads the same on every screen; the parameter keeps the pages alike
    count = ngettext("{number} course", "{number} courses", len(view.courses))
    return {
        "page": "la-page",
        "title": courses_sentence(view),
        "lead": list(courses_lead(view)),
        "listed": _table(view, links),
        "listed_line": _("{count}, those under way first").format(
            count=count.format(number=words.number(len(view.courses)))
        ),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }
