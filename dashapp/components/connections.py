"""The page of connections: which systems send events, how a new one is connected, and what is missing in what comes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.connection_lacks import lack_rows
from dashapp.components.connection_steps import Door, steps, system_word
from dashapp.components.definitions import Definition
from dashapp.components.marks import level_mark
from dashapp.components.slots import Slot
from dashapp.domain.connections import Arrived, ConnectionsView, KeyRow, LearningSystem, SenderRow
from dashapp.domain.events import Topic
from dashapp.ids import Connections, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "connections"
CARDS: Final = (Connections.LIST, Connections.CONNECT, Connections.LACKS)
"""In the order in which they stand on the page."""
MARK: Final = "la_"
"""With which every key begins."""


def body() -> Component:
    """The empty page."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Connections.TITLE),
                        html.P(card.skeleton("60%"), id=Connections.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.P(id=Connections.SAID, className="la-said", role="status"),
            html.Div([_list(), _connect(), _lacks()], className="la-grid"),
            dcc.Store(id=Connections.DONE, data=0),
        ],
        id=Connections.PAGE,
        className="la-page la-loading la-platforms",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("Senders")), None)


def _list() -> Component:
    what = _("The systems that may send events, their keys, and what has come from each so far.")
    frame = _frame(Connections.LIST, _("Which systems send events?"), "s7", what)
    return card.card(frame, [html.Div(id=Connections.ROWS)])


def kind_word(kind: Topic) -> str:
    """A kind of event."""
    return {
        Topic.LEARNING: _("what learners do"),
        Topic.USER: _("people and enrolments"),
        Topic.CONTENT: _("courses, activities and due dates"),
    }[kind]


def _connect() -> Component:
    what = _("A system is connected with a key of its own. The key decides to whom its events belong.")
    systems = [controls.option(one.value, system_word(one)) for one in LearningSystem]
    kinds = [{"label": kind_word(kind), "value": kind.value} for kind in Topic]
    form = html.Div(
        [
            _labelled(
                Connections.SYSTEM,
                _("Learning system"),
                dbc.Select(id=Connections.SYSTEM, options=systems, value="moodle"),
            ),
            _field(Connections.NAME, _("Name, as the lists show it"), _("Moodle")),
            _field(
                Connections.ISSUER, _("Its own address, under which it gives out its ids"), "https://moodle.example.edu"
            ),
            html.Fieldset(
                [
                    html.Legend(_("What it may send"), className="la-small"),
                    dbc.Checklist(id=Connections.KINDS, options=kinds, value=[kind.value for kind in Topic]),
                ]
            ),
            html.Button(
                _("Connect"), id=Connections.ADD, type="button", className="btn btn-sm btn-primary", n_clicks=0
            ),
        ],
        className="la-form",
    )
    frame = _frame(Connections.CONNECT, _("How is a system connected?"), "s5", what)
    return card.card(frame, [form, html.Div(id=Connections.STEPS, role="status")])


def _labelled(name: str, label: str, control: Component) -> Component:
    return html.Label([html.Span(label), control], className="la-field", htmlFor=name)


def _field(name: str, label: str, hint: str) -> Component:
    control = dbc.Input(id=name, type="text", value="", placeholder=hint, maxLength=200, autoComplete="off")
    return _labelled(name, label, control)


def _lacks() -> Component:
    what = _("What pages need and has not come, or not for everything: each with what that means for the pages.")
    frame = _frame(Connections.LACKS, _("What is missing in what comes?"), "s12", what)
    return card.card(frame, [html.Div(id=Connections.LACK_ROWS)])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Connections.PAGE, "className"),
        "title": Slot(Connections.TITLE, "children"),
        "lead": Slot(Connections.LEAD, "children"),
        "rows": Slot(Connections.ROWS, "children"),
        "lacks": Slot(Connections.LACK_ROWS, "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: ConnectionsView, now: datetime) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    sending = sum(one.enabled and one.arrived.last_at is not None for one in view.senders)
    if sending:
        said = ngettext("{number} system sends events", "{number} systems send events", sending)
        title = said.format(number=words.number(sending))
    else:
        title = _("Nothing has arrived yet") if view.senders else _("No system is connected yet")
    return {
        "page": "la-page la-platforms",
        "title": title,
        "lead": _lead(view),
        "rows": _rows(view, now),
        "lacks": lack_rows(view.found),
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _lead(view: ConnectionsView) -> str:
    last = max((one.arrived.last_at for one in view.senders if one.arrived.last_at), default=None)
    if last is None:
        return _("This page shows the first event within seconds of its arrival.")
    return _("The last event arrived {when}.").format(when=words.moment(last, view.zone))


def _rows(view: ConnectionsView, now: datetime) -> Component:
    if not view.senders:
        text = _("Choose your learning system beside: it gets a key, and you the steps and values for it.")
        return card.state("none", _("No system is connected"), text)
    return html.Ul([html.Li(_sender(one, view.zone, now)) for one in view.senders], className="la-list")


def _sender(row: SenderRow, zone: str, now: datetime) -> list[Component]:
    if not row.enabled:
        mark = level_mark("late", _("Switched off"))
    elif row.arrived.last_at is None:
        mark = level_mark("watch", _("Waits for the first event"))
    else:
        mark = level_mark("good", _("Sends"))
    kinds = words.listing([kind_word(kind) for kind in Topic if kind in row.allowed])
    holding = [key for key in row.keys if key.holds(now)]
    return [
        html.Div([html.Span(row.name, className="la-m"), mark], className="la-row"),
        html.Div(f"{row.issuer} · {kinds}", className="la-small la-2 la-wrap"),
        html.Div(arrived_words(row.arrived, row.name, zone), className="la-small"),
        html.Ul([_key(key, zone) for key in holding], className="la-keys la-small"),
        html.Div(_actions(row, bool(holding)), className="la-row la-actions"),
    ]


def arrived_words(arrived: Arrived, name: str, zone: str) -> str:
    """ "First event seen 10:42:07 from Moodle, 3 learners, 2 courses, 1 unknown verb": what has come so far."""
    if arrived.last_at is None:
        return _("Nothing has come yet. Keys are taken from the moment they are made.")
    parts = []
    if arrived.first_at is not None:
        said = _("First event seen {when} from {name}").format(when=words.moment(arrived.first_at, zone), name=name)
        parts.append(said)
    events = ngettext("{number} event in 7 days", "{number} events in 7 days", arrived.events)
    parts.append(events.format(number=words.number(arrived.events)))
    if arrived.learners is not None:
        learners = ngettext("{number} person", "{number} people", arrived.learners)
        parts.append(learners.format(number=words.number(arrived.learners)))
    courses = ngettext("{number} course", "{number} courses", arrived.courses)
    parts.append(courses.format(number=words.number(arrived.courses)))
    if arrived.refused:
        refused = ngettext("{number} refused", "{number} refused", arrived.refused)
        parts.append(refused.format(number=words.number(arrived.refused)))
    if arrived.unknown_terms:
        count = len(arrived.unknown_terms)
        unknown = ngettext("{number} unknown verb: {verbs}", "{number} unknown verbs: {verbs}", count)
        parts.append(unknown.format(number=words.number(count), verbs=", ".join(arrived.unknown_terms)))
    return " · ".join(parts)


def _key(key: KeyRow, zone: str) -> Component:
    used = (
        _("last used {when}").format(when=words.moment(key.last_used_at, zone)) if key.last_used_at else _("never used")
    )
    made = _("made {when}").format(when=words.moment(key.created_at, zone))
    parts = [f"{made} · {used}"]
    if key.expires_at is not None:
        parts.append(_("ends {when}").format(when=words.moment(key.expires_at, zone)))
    revoke = _button("revoke", key.prefix, _("Revoke it now"))
    sure = html.Div([html.P(_("What shows it is refused. This cannot be taken back.")), revoke], className="la-pop")
    menu = html.Details([html.Summary(_("Revoke")), sure], className="la-menu la-end")
    return html.Li([html.Code(f"{MARK}{key.prefix}"), html.Span(" · ".join(parts), className="la-2"), menu])


def _actions(row: SenderRow, has_key: bool) -> Sequence[Component]:
    key = (
        _button("rotate", row.source_id, _("Replace the key"))
        if has_key
        else _button("key", row.source_id, _("Make a key"))
    )
    switch = (
        _button("off", row.source_id, _("Switch off")) if row.enabled else _button("on", row.source_id, _("Switch on"))
    )
    return [key, switch]


def _button(what: str, row: object, label: str) -> Component:
    return html.Button(
        label, id=Connections.act(what, row), type="button", className="btn btn-sm btn-outline-secondary", n_clicks=0
    )


def new_key(system: LearningSystem | None, door: Door) -> Component:
    """The key that was just made, with the steps of the system that it is for."""
    text = _("This is the key of {name}. It is shown this once, and kept nowhere.").format(name=door.sender)
    key = html.Code(door.bearer, className="la-wrap la-once")
    guide = steps(system, door) if system is not None else []
    return html.Div(
        [html.P(text, className="la-m"), html.P(key), *guide],
        className="la-code",
        **attributes(data_la_key="1"),
    )


def guide(system: LearningSystem, address: str) -> Component:
    """The steps of a system before it has a key."""
    return html.Div(steps(system, Door(address)), className="la-guide")
