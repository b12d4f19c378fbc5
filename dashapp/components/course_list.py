"""The courses of an organisation, for its administrators: searched, filtered, and given to terms, units, programmes."""

from collections.abc import Sequence
from typing import Any, Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls, grids
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.slots import Slot
from dashapp.domain.structure import NONE, Choices, CourseFilters, CourseRow, CoursesView, Plan
from dashapp.ids import CourseList as Names
from dashapp.ids import CourseOpened, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "course-list"
CARDS: Final = (Names.LIST, CourseOpened.CARD)
"""In the order in which they stand on the page."""
LOOK: Final = "la-page la-platforms la-structure"
GRID_HEIGHT: Final = 560
TYPING_MS: Final = 200
"""So long after the last letter the search begins."""
MANNERS: Final = grids.Manners(grids.TICKS, "laOpenCourse(params)")


def frame(name: str, title: str, width: str, what: str) -> Frame:
    """The frame of a card of this page."""
    said = Definition(what, _("Now"), _("Nothing"), _("Descriptions by sources, and decisions of the administration"))
    return Frame(PAGE, name, title, width, said, None)


def body(filters: CourseFilters, opened: Component) -> Component:
    """The empty page with the controls as the address says; `opened`: the card of one course."""
    undo = html.Button(
        _("Undo"), id=Names.UNDO, type="button", hidden=True, className="btn btn-sm btn-outline-secondary"
    )
    head = html.Div(
        [html.H1(card.skeleton(), id=Names.TITLE), html.P(card.skeleton("60%"), id=Names.LEAD, className="la-lead")]
    )
    return html.Main(
        [
            html.Header(head, className="la-head"),
            _filters(filters),
            html.Div([html.Span(id=Names.SAID, role="status"), undo], className="la-row la-actions"),
            html.Div([_list(filters), opened], className="la-grid"),
            dcc.Store(id=Names.DECISION),
            dcc.Store(id=Names.PLAN),
        ],
        id=Names.PAGE,
        className=f"{LOOK} la-loading",
    )


def _filters(filters: CourseFilters) -> Component:
    search = dbc.Input(
        id=Names.SEARCH,
        type="search",
        debounce=TYPING_MS,
        value=filters.search,
        placeholder=_("Code, title or identifier"),
        autocomplete="off",
        maxLength=100,
    )
    known = [controls.option("", _("All courses")), controls.option("events", _("Known from events only"))]
    row = controls.filter_row(
        _("Filters"),
        [
            html.Label([html.Span(_("Search")), search], className="la-chip", htmlFor=Names.SEARCH),
            controls.select_chip(Names.TERM, _("Term"), _chosen(filters.term)),
            controls.select_chip(Names.UNIT, _("Unit"), _chosen(filters.unit)),
            controls.select_chip(Names.PROGRAMME, _("Programme"), _chosen(filters.programme)),
            controls.segments(Names.KNOWN, _("Who knows them"), known),
        ],
    )
    for name, key in ((Names.TERM, filters.term), (Names.UNIT, filters.unit), (Names.PROGRAMME, filters.programme)):
        row[name].value = _value(key)
    row[Names.KNOWN].value = "events" if filters.from_events else ""
    return row


def _value(key: int | None) -> str:
    return "none" if key == NONE else str(key or "")


def _chosen(key: int | None) -> list[controls.Option]:
    """Until the choices are known, the one that holds."""
    return [controls.option("", _("all")), *([controls.option(_value(key), "…")] if key else [])]


def _list(filters: CourseFilters) -> Component:
    title = _("Which courses are there?")
    what = _(
        "Every course that a source has described or an event has named. A course that events alone know is called as"
        " they call it, until somebody describes or names it."
    )
    table = grids.grid(Names.GRID, _columns(), GRID_HEIGHT, title, MANNERS)
    pager = html.Div(
        [
            html.Span(id=Names.PLACE, className="la-2 la-small"),
            html.Span(className="la-push"),
            _button(Names.PREVIOUS, _("Previous"), disabled=True),
            _button(Names.NEXT, _("Next"), disabled=True),
            html.Div(dcc.Input(id=Names.PAGE_NUMBER, type="text", value=str(filters.page)), hidden=True),
        ],
        className="la-row la-pager",
    )
    plot = html.Div([table, html.Div(id=Names.EMPTY, className="la-over")], className="la-covered")
    return card.card(frame(Names.LIST, title, "s7", what), [_giving(), _planning(), plot, pager])


def _button(name: str, label: str | Sequence[Component], *, accent: bool = False, disabled: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", disabled=disabled, n_clicks=0)


def _giving() -> Component:
    """What many courses are given at once."""
    choices = [
        _give(Names.GIVE_TERM, _("Term")),
        _give(Names.GIVE_UNIT, _("Unit")),
        _give(Names.GIVE_PROGRAMME, _("Programme")),
        dbc.Checklist(
            id=Names.FOLLOW,
            options=[{"label": _("and its days: own days and breaks give way"), "value": "follow"}],
            value=[],
            className="la-small",
        ),
    ]
    buttons = [
        _button(Names.GIVE_SELECTED, _("Give to selected"), accent=True, disabled=True),
        _button(Names.GIVE_ALL, [html.Span(id=Names.GIVE_ALL_WORDS)], disabled=True),
    ]
    return html.Details(
        [
            html.Summary(_("Give many courses a term, a unit or a programme")),
            html.Div(choices, className="la-row la-actions"),
            html.Div(buttons, className="la-row la-actions", role="toolbar", **attributes(aria_label=_("To which"))),
        ],
        className="la-more",
    )


def _give(name: str, label: str) -> Component:
    control = dbc.Select(id=name, options=[], value="", placeholder=_("as it is"))
    return html.Label([html.Span(label), control], className="la-chip", htmlFor=name)


def _planning() -> Component:
    buttons = [_button(Names.CONFIRM, _("Do it"), accent=True), _button(Names.CANCEL, _("Leave it"))]
    return html.Div(
        html.Div([html.Span(id=Names.PLANNED, role="status"), *buttons], className="la-row la-actions la-code"),
        id=Names.PLANNING,
        hidden=True,
    )


def _columns() -> list[dict[str, Any]]:
    fixed: dict[str, Any] = {"sortable": False}
    text = {"cellRenderer": "LaText", **fixed}
    return [
        {"field": "course", "headerName": _("Course"), "flex": 2, "minWidth": 180, **fixed, "cellRenderer": "LaCalled"},
        {"field": "term", "headerName": _("Term"), "width": 120, **text},
        {"field": "unit", "headerName": _("Unit"), "width": 130, "flex": 1, **text},
        {**grids.right_column("learners", _("Learners"), 84), **fixed},
        {**grids.right_column("staff", _("Staff"), 66), **fixed, **grids.SECONDARY},
        grids.narrow_column("LaCalledCard"),
    ]


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Names.PAGE, "className"),
        "title": Slot(Names.TITLE, "children"),
        "lead": Slot(Names.LEAD, "children"),
        "terms": Slot(Names.TERM, "options"),
        "units": Slot(Names.UNIT, "options"),
        "programmes": Slot(Names.PROGRAMME, "options"),
        "give_terms": Slot(Names.GIVE_TERM, "options"),
        "give_units": Slot(Names.GIVE_UNIT, "options"),
        "give_programmes": Slot(Names.GIVE_PROGRAMME, "options"),
        "give_all": Slot(Names.GIVE_ALL_WORDS, "children"),
        "rows": Slot(Names.GRID, "rowData"),
        "empty": Slot(Names.EMPTY, "children"),
        "place": Slot(Names.PLACE, "children"),
        "previous": Slot(Names.PREVIOUS, "disabled"),
        "next": Slot(Names.NEXT, "disabled"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: CoursesView, filters: CourseFilters, page_rows: int) -> dict[str, object]:
    """The values of the page by the names of `slots`; `page_rows`: so many rows has a page of the list."""
    first = (view.page - 1) * page_rows
    place = _("{first} to {last} of {total}").format(
        first=words.number(first + 1), last=words.number(first + len(view.rows)), total=words.number(view.total)
    )
    every = ngettext("Give to the {number} that is listed", "Give to all {number} that are listed", view.total)
    return {
        "page": LOOK,
        "title": _title(view),
        "lead": _lead(view, filters),
        **_options(view.choices),
        "give_all": every.format(number=words.number(view.total)),
        "rows": [_row(row) for row in view.rows],
        "empty": None if view.rows else _empty(view),
        "place": place if view.rows else "",
        "previous": view.page <= 1,
        "next": view.page >= view.pages,
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _title(view: CoursesView) -> str:
    said = ngettext("{number} course", "{number} courses", view.every).format(number=words.number(view.every))
    if not view.every:
        return _("There is no course yet")
    if not view.from_events:
        return said
    return _("{courses}, {number} known from events only").format(courses=said, number=words.number(view.from_events))


def _lead(view: CoursesView, filters: CourseFilters) -> str:
    if filters.to_query():
        return ngettext("{number} is listed.", "{number} are listed.", view.total).format(
            number=words.number(view.total)
        )
    return _("What you decide here goes before what sources say, until you let their word hold again.")


def _options(choices: Choices) -> dict[str, object]:
    """The choices of the filters, and of what is given."""
    made: dict[str, object] = {}
    lists = {"terms": choices.terms, "units": choices.units, "programmes": choices.programmes}
    for name, pairs in lists.items():
        known = [controls.option(str(key), called) for key, called in pairs]
        none = controls.option("none", _("none"))
        made[name] = [controls.option("", _("all")), *known, none]
        made[f"give_{name}"] = [controls.option("", _("as it is")), *known, none]
    return made


def _row(row: CourseRow) -> dict[str, object]:
    return {
        "id": str(row.public_id),
        "code": row.code,
        "title": row.title if row.title != row.code else "",
        "events_text": _("known from events only") if row.from_events else "",
        "term": row.term or "–",
        "unit": row.unit or "–",
        "learners": row.learners,
        "learners_text": words.number(row.learners),
        "learners_words": ngettext("{number} learner", "{number} learners", row.learners).format(
            number=words.number(row.learners)
        ),
        "staff": row.staff,
        "staff_text": words.number(row.staff),
    }


def _empty(view: CoursesView) -> Component:
    if not view.every:
        text = _("A course appears when a source describes it, a roster brings it, or an event names it.")
        return card.state("none", _("No course"), text)
    return card.state("none", _("Nothing fits the choice"), _("Search for less, or choose other filters."))


def planned(plan: Plan, given: Sequence[str]) -> str:
    """What an assignment would do; `given`: what courses get, in words."""
    courses = ngettext("{number} course gets {things}", "{number} courses get {things}", plan.courses)
    said = courses.format(number=words.number(plan.courses), things=words.listing(given))
    if not plan.changed:
        return _("{said}; they have it already.").format(said=said)
    changed = ngettext("for {number} of them that is new", "for {number} of them that is new", plan.changed)
    return f"{said}; {changed.format(number=words.number(plan.changed))}."
