"""The page of history: files of what happened before are given, read, and brought in."""

from datetime import datetime
from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.history_rows import ProblemsAddress, import_rows, kind_word
from dashapp.components.slots import Slot
from dashapp.components.uploads import UploadPlace, upload_place
from dashapp.domain.events import ActivityType, Verb
from dashapp.domain.history import HistoryKind, HistoryView, ImportState
from dashapp.domain.uploads import Purpose
from dashapp.ids import History, asof_of
from dashapp.words import _, ngettext
from dashapp.words.activity_types import type_word

PAGE: Final = "history"
CARDS: Final = (History.NEW, History.IMPORTS)
"""In the order in which they stand on the page."""
ASKED_EVERY: Final = 2000
"""Milliseconds, while a job works."""
FIELDS: Final = ("time", "person", "course", "activity", "score", "id")
"""Of a row of a table: which columns hold them is chosen on the page."""


def body(organisation: str) -> Component:
    """The empty page; `organisation` is the public id of the address."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=History.TITLE),
                        html.P(card.skeleton("60%"), id=History.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.P(id=History.SAID, className="la-said", role="status"),
            html.Div([_new(organisation), _imports()], className="la-grid"),
            dcc.Store(id=History.DONE, data=0),
            dcc.Interval(id=History.TICK, interval=ASKED_EVERY, disabled=True),
        ],
        id=History.PAGE,
        className="la-page la-loading la-platforms",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("Senders")), None)


def _new(organisation: str) -> Component:
    what = _(
        "Files are read first, and nothing is written: you see what they would bring. Each record counts once, however"
        " often it is brought in."
    )
    kinds = [controls.option(kind.value, kind_word(kind)) for kind in HistoryKind]
    form = html.Div(
        [
            _labelled(History.KIND, _("Where they come from"), _select(History.KIND, kinds, HistoryKind.MOODLE.value)),
            _labelled(History.SOURCE, _("Sender that they belong to: the one of the live feed"), _source()),
            html.Div(place_for_files(organisation), id=History.PLACE),
            _of_moodle(),
            _of_canvas(),
            _of_table(),
            _always(),
            html.Button(
                _("Read the files"), id=History.READ, type="button", className="btn btn-sm btn-primary", n_clicks=0
            ),
        ],
        className="la-form",
    )
    return card.card(_frame(History.NEW, _("What happened before?"), "s5", what), [form])


def place_for_files(organisation: str) -> Component:
    """An empty place for files."""
    hint = _("CSV, tab-separated text, JSON lines; packed by gzip or not")
    return upload_place(UploadPlace(History.BOX, History.FILES, organisation, Purpose.HISTORY, hint))


def _source() -> Component:
    chosen: Component = dbc.Select(id=History.SOURCE, options=[], value="", placeholder=_("Choose one"))
    return chosen


def _select(name: str, options: list[controls.Option], value: str) -> Component:
    chosen: Component = dbc.Select(id=name, options=[dict(each) for each in options], value=value)
    return chosen


def _labelled(name: str, label: str, control: Component) -> Component:
    return html.Label([html.Span(label), control], className="la-field", htmlFor=name)


def _field(name: str, label: str, hint: str = "", kind: str = "text") -> Component:
    control = dbc.Input(id=name, type=kind, value="", placeholder=hint, maxLength=200, autoComplete="off")
    return _labelled(name, label, control)


def _always() -> Component:
    return html.Div(
        [
            _field(History.UNTIL, _("Only what happened before this day: when the live feed began"), kind="date"),
            _field(History.ZONE, _("Time zone of times without one"), _("that of the organisation")),
        ],
        className="la-form-part",
    )


def _of_moodle() -> Component:
    return html.Div(
        [
            _field(
                History.SITE, _("Moodle's address, where the sender's is another one"), "https://moodle.example.edu"
            ),
            _field(History.COURSE, _("Number of the course, of a report that does not say it"), "71", "number"),
        ],
        id=History.MOODLE,
        className="la-form-part",
    )


def _of_canvas() -> Component:
    people = [
        controls.option("id", _("their number in Canvas")),
        controls.option("sis", _("their student number")),
        controls.option("login", _("their login")),
    ]
    return html.Div(
        [
            _field(History.SHARD, _("What stands before the zeros in ids of the live feed"), "2107", "number"),
            _labelled(History.PEOPLE, _("The live feed calls people by"), _select(History.PEOPLE, people, "id")),
        ],
        id=History.CANVAS,
        className="la-form-part",
        hidden=True,
    )


def field_word(field: str) -> str:
    """What a column may hold."""
    return {
        "time": _("When it was"),
        "person": _("Who did it"),
        "course": _("In which course"),
        "activity": _("What it was done with"),
        "score": _("Score, where there is one"),
        "id": _("The row's own number, where it has one"),
    }[field]


def _of_table() -> Component:
    verbs = [controls.option(one.value, verb_word(one)) for one in Verb]
    types = [controls.option(one.value, type_word(one)) for one in ActivityType if one is not ActivityType.UNKNOWN]
    columns = [
        html.Label(
            [html.Span(field_word(field)), dbc.Select(id=History.column(field), options=[], value="")],
            className="la-field",
            htmlFor=History.column(field),
        )
        for field in FIELDS
    ]
    return html.Div(
        [
            html.Div(id=History.SAMPLE),
            _labelled(History.VERB, _("A row says that somebody"), _select(History.VERB, verbs, Verb.VIEWED.value)),
            *columns,
            _field(History.FORMAT, _("Form of the times, where they are no ISO 8601"), "%d.%m.%Y %H:%M"),
            _field(History.COURSE_NAMED, _("The course, where no column names it"), "algebra-2026"),
            _labelled(History.ACTIVITY_TYPE, _("It was a"), _select(History.ACTIVITY_TYPE, types, "other")),
        ],
        id=History.TABLE,
        className="la-form-part",
        hidden=True,
    )


def verb_word(verb: Verb) -> str:
    """What somebody did, as the end of a sentence."""
    return {
        Verb.VIEWED: _("viewed something"),
        Verb.INTERACTED: _("did something with it"),
        Verb.PLAYED: _("played a video"),
        Verb.PAUSED: _("paused a video"),
        Verb.SEEKED: _("jumped in a video"),
        Verb.WATCHED: _("watched a part of a video"),
        Verb.STARTED: _("started an attempt"),
        Verb.ANSWERED: _("answered a question"),
        Verb.SUBMITTED: _("handed something in"),
        Verb.GRADED: _("got a mark"),
        Verb.COMPLETED: _("completed something"),
        Verb.POSTED: _("posted in a forum"),
    }[verb]


def sample(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Component:
    """The first rows of a table."""
    head = html.Thead(html.Tr([html.Th(name) for name in columns]))
    lines = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])
    return html.Div(html.Table([head, lines], className="la-table"), className="la-scroll", tabIndex="0")


def _imports() -> Component:
    what = _("Imports of history, the newest first: what was found, how far it is, and what came of it.")
    return card.card(_frame(History.IMPORTS, _("What has been brought in?"), "s7", what), [html.Div(id=History.ROWS)])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(History.PAGE, "className"),
        "title": Slot(History.TITLE, "children"),
        "lead": Slot(History.LEAD, "children"),
        "sources": Slot(History.SOURCE, "options"),
        "rows": Slot(History.ROWS, "children"),
        "tick": Slot(History.TICK, "disabled"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: HistoryView, now: datetime, problems: ProblemsAddress) -> dict[str, object]:
    """The values of the page by the names of `slots`; `problems`: where the file of an import's problems lies."""
    return {
        "page": "la-page la-platforms",
        "title": _title(view),
        "lead": _lead(view),
        "sources": [controls.option(str(key), name) for key, name in view.senders],
        "rows": import_rows(view, now, problems),
        "tick": not any(one.worked_on for one in view.imports),
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _title(view: HistoryView) -> str:
    done = [one for one in view.imports if one.state is ImportState.DONE]
    if not done:
        return _("Charts begin empty: bring in what happened before")
    events = sum(one.figures.new + one.figures.sent for one in done)
    said = ngettext("{number} event of history is in", "{number} events of history are in", events)
    return said.format(number=words.number(events))


def _lead(view: HistoryView) -> str:
    if not view.senders:
        return _("Connect the learning system first: history belongs to the sender of its live events.")
    return _("From Moodle, Canvas, any table, and archives of xAPI or Caliper. The same files again add nothing.")
