"""Terms with their calendar: which run now, their weeks as a strip, and a form for one of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.marks import level_mark
from dashapp.components.slots import Slot
from dashapp.domain.indicators.calendar import TeachingCalendar, week_starts
from dashapp.domain.terms import Term, TermRow
from dashapp.ids import Terms, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "terms"
CARDS: Final = (Terms.LIST, Terms.EDIT)
"""In the order in which they stand on the page."""
FIRST_BREAKS: Final = 4
"""As many stand open; the others are for terms that have more."""


def body() -> Component:
    """The empty page."""
    undo = html.Button(
        _("Undo"), id=Terms.UNDO, type="button", hidden=True, className="btn btn-sm btn-outline-secondary"
    )
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Terms.TITLE),
                        html.P(card.skeleton("60%"), id=Terms.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.Div([html.Span(id=Terms.SAID, role="status"), undo], className="la-row la-actions"),
            _mover(),
            html.Div([_list(), _edit()], className="la-grid"),
            dcc.Store(id=Terms.DECISION),
            dcc.Store(id=Terms.KEY),
            dcc.Store(id=Terms.MOVING),
        ],
        id=Terms.PAGE,
        className="la-page la-loading la-platforms",
    )


def _mover() -> Component:
    """Where courses keep a term from going: to which term they move."""
    into = html.Label(
        [html.Span(_("Its courses move to")), dbc.Select(id=Terms.INTO, options=[], value="", placeholder=_("choose"))],
        className="la-chip",
        htmlFor=Terms.INTO,
    )
    move = html.Button(
        _("Move them and remove it"), id=Terms.MOVE, type="button", className="btn btn-sm btn-primary", n_clicks=0
    )
    return html.Div(html.Div([into, move], className="la-row la-actions"), id=Terms.MOVER, hidden=True)


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("Terms and their breaks")), None)


def _list() -> Component:
    what = _(
        "Courses without dates of their own follow their term; those that nobody has given a term follow the one in"
        " which they were first seen. Nobody is said to be away before teaching starts, in breaks, or after the end."
    )
    return card.card(_frame(Terms.LIST, _("When is teaching?"), "s7", what), [html.Div(id=Terms.ROWS)])


def _edit() -> Component:
    what = _("A term with the days on which teaching starts and ends, and the breaks in between, all inclusive.")
    pauses = [
        html.Div(
            [
                html.Span(words.number(number), className="la-small la-2"),
                _day(Terms.pause(number, "first"), _("First day")),
                _day(Terms.pause(number, "last"), _("Last day")),
            ],
            className="la-pause",
        )
        for number in range(1, Terms.BREAKS + 1)
    ]
    name = html.Label(
        [html.Span(_("Name, such as Autumn 2026")), dbc.Input(id=Terms.NAME, type="text", value="", maxLength=100)],
        className="la-field",
        htmlFor=Terms.NAME,
    )
    save = html.Button(_("Save"), id=Terms.SAVE, type="button", className="btn btn-sm btn-primary", n_clicks=0)
    clear = html.Button(
        _("Start a new one"), id=Terms.CLEAR, type="button", className="btn btn-sm btn-outline-secondary", n_clicks=0
    )
    more = html.Details([html.Summary(_("More breaks")), *pauses[FIRST_BREAKS:]], className="la-more")
    days = html.Div(
        [_day(Terms.STARTS, _("Teaching starts")), _day(Terms.ENDS, _("Teaching ends"))], className="la-pair"
    )
    form = html.Div(
        [
            html.P(id=Terms.HEAD, className="la-m"),
            name,
            days,
            html.Fieldset([html.Legend(_("Breaks")), *pauses[:FIRST_BREAKS], more]),
            html.Div([save, clear], className="la-row la-actions"),
        ],
        className="la-form",
    )
    return card.card(_frame(Terms.EDIT, _("Which days does a term have?"), "s5", what), [form])


def _day(name: str, label: str) -> Component:
    return html.Label([html.Span(label), dbc.Input(id=name, type="date", value="")], className="la-field", htmlFor=name)


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Terms.PAGE, "className"),
        "title": Slot(Terms.TITLE, "children"),
        "lead": Slot(Terms.LEAD, "children"),
        "rows": Slot(Terms.ROWS, "children"),
        "into": Slot(Terms.INTO, "options"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(rows: Sequence[TermRow], today: date) -> dict[str, object]:
    """The values of the page by the names of `slots`. `today` is the local day."""
    running = [one for one in rows if one.term is not None and one.term.starts_on <= today <= one.term.ends_on]
    if running:
        title = _("{term} is under way").format(term=words.listing([one.name for one in running]))
    else:
        title = _("No term is under way") if rows else _("There is no term yet")
    return {
        "page": "la-page la-platforms",
        "title": title,
        "lead": _lead(running, today),
        "rows": _rows(rows, today),
        "into": [controls.option(str(one.term_id), one.name) for one in rows],
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _lead(running: Sequence[TermRow], today: date) -> str:
    term = running[0].term if running else None
    if term is None:
        return _("Courses without dates of their own are taught from their first activity on.")
    calendar = TeachingCalendar(term.starts_on, term.ends_on, term.breaks)
    number = calendar.week_number(today - timedelta(days=today.weekday()))
    last = calendar.week_number(term.ends_on - timedelta(days=term.ends_on.weekday()))
    said = _("Week {number} of {last}; teaching ends {day}.")
    return said.format(number=words.number(number), last=words.number(last), day=words.day(term.ends_on, today))


def _rows(rows: Sequence[TermRow], today: date) -> Component:
    if not rows:
        text = _("Enter the term that runs now beside: its first and its last day of teaching, and the breaks.")
        return card.state("none", _("No term"), text)
    return html.Ul([html.Li(_term(one, today)) for one in rows], className="la-list")


def _term(row: TermRow, today: date) -> list[Component]:
    courses = ngettext("{number} course", "{number} courses", row.courses).format(number=words.number(row.courses))
    if row.term is None:
        mark = level_mark("watch", _("Without a calendar"))
        detail, drawn = _("Descriptions of courses name it; nobody has given it days."), []
    else:
        mark = _state(row.term, today)
        detail = words.date_span(row.term.starts_on, row.term.ends_on)
        drawn = [strip(row.term, today)]
    sure = html.Div(
        [html.P(_("Its calendar goes with it.")), _button("remove", row, _("Remove it now"))], className="la-pop"
    )
    return [
        html.Div([html.Span(row.name, className="la-m"), mark], className="la-row"),
        html.Div(f"{detail} · {courses}", className="la-small la-2"),
        *drawn,
        html.Div(
            [
                _button("change", row, _("Change")),
                html.Details([html.Summary(_("Remove")), sure], className="la-menu la-end"),
            ],
            className="la-row la-actions",
        ),
    ]


def _state(term: Term, today: date) -> Component:
    if today < term.starts_on:
        return level_mark("calm", _("Ahead"))
    return level_mark("good", _("Runs now")) if today <= term.ends_on else level_mark("calm", _("Over"))


def strip(term: Term, today: date) -> Component:
    """A term's weeks from left to right: taught, in part, or free; this week has an outline."""
    calendar = TeachingCalendar(term.starts_on, term.ends_on, term.breaks)
    cells, kinds = [], []
    for monday in week_starts(term.starts_on, term.ends_on):
        days = calendar.teaching_days(monday - timedelta(days=1), monday + timedelta(days=6))
        kind = "full" if days >= 5 else "part" if days else "free"
        now = " now" if monday <= today < monday + timedelta(days=7) else ""
        kinds.append(kind)
        cells.append(html.I(className=f"{kind}{now}", title=words.short_day(monday)))
    free = kinds.count("free")
    said = ngettext("{number} week, {free} of them free", "{number} weeks, {free} of them free", len(cells))
    label = said.format(number=words.number(len(cells)), free=words.number(free))
    return html.Div(cells, className="la-weeks", role="img", **attributes(aria_label=label))


def _button(what: str, row: TermRow, label: str) -> Component:
    return html.Button(
        label,
        id=Terms.act(what, row.term_id),
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
    )
